"""Invented people: names in their own script, languages, countries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One invented applicant."""

    name: str
    script: str
    own_name: str
    language: str
    interpreter: str
    nationality: str
    birth: tuple[int | None, int | None, int | None]


_ERITREA = ("Ethi", "ti", "Tigrinya", "ERI")
_SYRIA = ("Arab", "ar", "Arabic (Syrian)", "SYR")
_YEMEN = ("Arab", "ar", "Arabic (Yemeni)", "YEM")
_SUDAN = ("Arab", "ar", "Arabic (Sudanese)", "SDN")
_PALESTINE = ("Arab", "ar", "Arabic (Palestinian)", "")
_CAMEROON = ("Latn", "en", "English", "CMR")
_SURINAME = ("Latn", "nl", "Dutch", "SUR")

_ROWS = [
    ("Selam Tesfay", "ሰላም ተስፋይ", _ERITREA, (1996, 5, 17)),
    ("Omar Haddad", "عمر حداد", _SYRIA, (1988, 11, 3)),
    ("Bana Alkhatib", "بانة الخطيب", _SYRIA, (1990, 2, None)),
    ("Dawit Gebremedhin", "ዳዊት ገብረመድህን", _ERITREA, (1993, None, None)),
    ("Yusuf Alamin", "يوسف الأمين", _SUDAN, (1999, 7, 21)),
    ("Miriam Abraha", "ሚርያም ኣብርሃ", _ERITREA, (2000, 1, 7)),
    ("Khaled Mansour", "خالد منصور", _PALESTINE, (1984, 9, 12)),
    ("Grace Tabe", "Grace Tabe", _CAMEROON, (1991, 3, 30)),
    ("Filmon Kidane", "ፊልሞን ኪዳነ", _ERITREA, (1995, 8, None)),
    ("Rasha Alsayed", "رشا السيد", _YEMEN, (1987, 12, 25)),
    ("Semhar Haile", "ሰምሃር ሃይለ", _ERITREA, (1998, 6, 2)),
    ("Adam Ishaq", "آدم إسحاق", _SUDAN, (1994, None, None)),
    ("Layla Darwish", "ليلى درويش", _SYRIA, (1979, 4, 14)),
    ("Tekle Berhane", "ተኽለ በርሀ", _ERITREA, (1982, 10, 10)),
    ("Nadia Qasim", "نادية قاسم", _YEMEN, (1992, 5, 5)),
    ("Emmanuel Fon", "Emmanuel Fon", _CAMEROON, (1986, 1, 19)),
    ("Hagos Weldu", "ሓጎስ ወልዱ", _ERITREA, (1977, None, None)),
    ("Salma Ibrahim", "سلمى إبراهيم", _SUDAN, (2001, 8, 8)),
    ("Rahel Mehari", "ራሄል መሓሪ", _ERITREA, (1997, 9, 27)),
    ("Mahmoud Zein", "محمود زين", _PALESTINE, (1989, 3, 3)),
    ("Hiba Sabbagh", "هبة صباغ", _SYRIA, (1993, 10, 31)),
    ("Robel Yohannes", "ሮቤል ዮሃንስ", _ERITREA, (1999, 12, 12)),
    ("Ahmad Nasser", "أحمد ناصر", _YEMEN, (1985, 6, None)),
    ("Astrid Pinas", "Astrid Pinas", _SURINAME, (1990, 7, 7)),
    ("Senait Okbay", "ሰናይት ዑቕባይ", _ERITREA, (1994, 2, 2)),
    ("Fatima Osman", "فاطمة عثمان", _SUDAN, (1998, 4, 4)),
    ("Ziad Kanaan", "زياد كنعان", _SYRIA, (1991, 11, 11)),
    ("Abel Ghirmay", "ኣቤል ግርማይ", _ERITREA, (2002, 3, 16)),
    ("Amal Fares", "أمل فارس", _SYRIA, (1983, 8, 28)),
    ("Ruta Zerom", "ሩታ ዘሮም", _ERITREA, (1996, None, None)),
    ("Hassan Bashir", "حسن بشير", _SUDAN, (1980, 1, 1)),
    ("Patience Nchia", "Patience Nchia", _CAMEROON, (1995, 5, 25)),
    ("Mussie Tewolde", "ሙሴ ተወልደ", _ERITREA, (1988, 8, 18)),
    ("Dina Hamdan", "دينا حمدان", _PALESTINE, (2000, 10, 20)),
    ("Saleh Murad", "صالح مراد", _YEMEN, (1978, 2, 14)),
    ("Winta Fessehaye", "ዊንታ ፍስሃየ", _ERITREA, (1999, 9, 9)),
    ("Tarek Najjar", "طارق نجار", _SYRIA, (1986, 12, 6)),
    ("Noor Najjar", "نور نجار", _SYRIA, (1988, 5, 23)),
    ("Aman Kifle", "ኣማን ክፍለ", _ERITREA, None),
    ("Huda Salim", "هدى سليم", _SUDAN, (1992, 2, 29)),
    ("Joseph Ako", "Joseph Ako", _CAMEROON, (1984, 4, 24)),
    ("Lwam Asfaha", "ልዋም ኣስፍሃ", _ERITREA, (1997, 7, 17)),
    ("Rami Shahin", "رامي شاهين", _SYRIA, (1996, 6, 26)),
    ("Saba Habte", "ሳባ ሃብተ", _ERITREA, (2001, 1, 31)),
    ("Nadia Khoury", "ناديا خوري", _SYRIA, (1989, 11, 3)),
    ("Filmon Tekle", "ፊልሞን ተኽለ", _ERITREA, (1995, 8, 12)),
    ("Musa Ibrahim", "موسى إبراهيم", _SUDAN, (1999, 4, 6)),
    ("Grace Tabi", "Grace Tabi", _CAMEROON, (1990, 2, 17)),
    ("Samir Aziz", "سمير عزيز", _SYRIA, (1982, 12, 30)),
    ("Hiwet Gebre", "ሂወት ገብረ", _ERITREA, (2000, 6, 21)),
    ("Amal Osman", "أمل عثمان", _SUDAN, (1993, 3, 8)),
    ("Paul Fon", "Paul Fon", _CAMEROON, (1987, 10, 1)),
    ("Rasha Mansour", "رشا منصور", _SYRIA, (1998, 5, 19)),
    ("Daniel Weldu", "ዳኒኤል ወልዱ", _ERITREA, (1991, 9, 28)),
    ("Hala Rifai", "هالة رفاعي", _SYRIA, (1985, 3, 15)),
    ("Efrem Tesfay", "ኤፍሬም ተስፋይ", _ERITREA, (1992, 7, 4)),
]
# The birth date of an unaccompanied child depends on the day of the demo; its maker fills it in.
CHILD = "Aman Kifle"
PEOPLE = [
    Person(name, script, own, language, interpreter, country, birth or (None, None, None))
    for name, own, (script, language, interpreter, country), birth in _ROWS
]
# A couple with a child: each adult has a case of her own.
COUPLE = ("Tarek Najjar", "Noor Najjar")
COUPLES_CHILD = Person("Jude Najjar", "Arab", "جود نجار", "ar", "Arabic (Syrian)", "SYR", (2017, 9, 4))
