# The portal for real use: web, worker, beat and migrate run from this one image (docker-compose.yml).
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=asylum_portal.settings.production \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/media

WORKDIR /srv/portal
COPY requirements.production.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.production.lock

RUN useradd --system --uid 10001 --home-dir /srv/portal --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal --mode 700 /srv/media

COPY manage.py ./
COPY asylum_portal ./asylum_portal
COPY cases ./cases
COPY procedure ./procedure
COPY reception ./reception
COPY templates ./templates
COPY locale ./locale

# Settings refuse to load without secrets; these serve this one step and stay out of the image.
RUN export SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
        FIELD_KEYS=build DOCUMENT_KEYS=build:build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
        PORTAL_URL=https://build.example ALLOWED_HOSTS=build.example EMAIL_HOST=build.example \
    && python manage.py catalogues compile \
    && python manage.py collectstatic --no-input

USER portal
EXPOSE 8000
CMD ["gunicorn", "asylum_portal.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
