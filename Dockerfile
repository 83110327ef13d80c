# The image of web, worker and beat: docker-compose.yml says which command each one runs.

FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv
COPY requirements-server.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-server.txt \
    && /venv/bin/python -m compileall -q /venv/lib
COPY . .
# The key signs nothing: it only lets the settings load.
RUN python -m commandcenter.catalogues \
    && SECRET_KEY=only-for-building STATIC_ROOT=/srv/staticfiles \
       /venv/bin/python manage.py collectstatic --noinput

FROM python:3.13-slim
RUN groupadd --system --gid 10001 commandcenter \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin \
       commandcenter \
    && install -d -o 10001 -g 10001 -m 750 /data
COPY --from=build /venv /venv
COPY --from=build /srv /srv
WORKDIR /srv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=commandcenter.settings \
    DATA_DIR=/data \
    STATIC_ROOT=/srv/staticfiles \
    LOG_FORMAT=json \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_INTERFACE=wsgi \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_WEBSOCKETS=false \
    GRANIAN_RESPAWN_FAILED_WORKERS=true \
    GRANIAN_WORKERS_KILL_TIMEOUT=25
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["granian", "commandcenter.wsgi:application"]
