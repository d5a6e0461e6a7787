# The service without its database: `skysift service compose` shows a compose file with one.
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates postgresql-client python3 python3-venv \
  && rm -rf /var/lib/apt/lists/* && useradd --system --user-group --home-dir /var/lib/skysift skysift \
  && install -d -o skysift -g skysift /var/lib/skysift
WORKDIR /opt/skysift
COPY . .
# A database that is named keeps set-up from installing one. Node.js is needed only for what the page is made of. Compiled
# here: who runs it may not write here, and would compile everything at every start.
RUN DATABASE_URL=elsewhere ./run --setup-only && rm -rf node_modules && .venv/bin/python -m compileall -q .
USER skysift
ENV SKYSIFT_STATE=/var/lib/skysift PATH=/opt/skysift/.venv/bin:$PATH
EXPOSE 8080
ENTRYPOINT ["skysift"]
CMD ["serve", "--host", "0.0.0.0"]
