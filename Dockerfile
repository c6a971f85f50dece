# Gatehouse as an image: production packages by the lockfile, src without its tests, nothing else. How it is built and
# tried: docs/release.md. A contract test holds it to package.json and to the layout of src.

# What the image runs on. Anything with `node` on its PATH will do: it needs no shell and no npm.
ARG BASE=node:26.10.0-slim
# What installs the packages: the same, unless the base has neither shell nor npm.
ARG BUILDER=${BASE}

# --- The application, with the rights that it has at run time.
FROM ${BUILDER} AS app
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Both secrets may be absent. They name a registry of one's own and the CA it is known by, and leave no trace.
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=ca \
    NPM_CONFIG_USERCONFIG=/run/secrets/npmrc npm ci --omit=dev --omit=optional --ignore-scripts \
    # npm writes down here where it took each package from, which is nobody's business.
    && rm node_modules/.package-lock.json package-lock.json .npmrc
COPY scripts/image/trim-packages.ts /tmp/
RUN node /tmp/trim-packages.ts
COPY LICENSE ./
COPY src src
# A checkout under a strict umask must not become an image that its own user cannot read.
RUN chmod -R u=rwX,go=rX /app

# --- What Node would compile anew at each start. The cache counts for one Node, one user id and one set of V8's options
# only, so it is filled on the base of the image, by its user, by commands with its options.
FROM ${BASE} AS cache
WORKDIR /app
COPY --from=app --chown=65532:65532 /app ./
COPY scripts/image/fill-cache.ts scripts/image/fill-cache.ts
USER 65532:65532
RUN ["node", "scripts/image/fill-cache.ts"]

# --- The image.
FROM ${BASE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="gatehouse" \
      org.opencontainers.image.description="Keeps every tenant of a shared Kubernetes cluster inside its own hostnames, and provisions the tenants' gateways" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
# One malloc arena per core is memory that a small process never gives back (docs/performance.md). main.ts names its cache
# itself, but only the environment speaks early enough for main.ts: stripping the types of that one file takes loading what
# strips types. The PATH also finds Node where distroless bases keep it.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    NODE_COMPILE_CACHE=/app/node_modules/.cache/compile \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/nodejs/bin
WORKDIR /app
COPY --from=app --chown=0:0 /app/package.json /app/LICENSE ./
COPY --from=app --chown=0:0 /app/node_modules node_modules
COPY --from=app --chown=0:0 /app/src src
# Of root, like all the rest: what runs cannot be changed by what runs.
COPY --from=cache --chown=0:0 /app/node_modules/.cache node_modules/.cache
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8443 8081
STOPSIGNAL SIGTERM
# Kubernetes probes the health port.
HEALTHCHECK NONE
ENTRYPOINT ["node", "--max-semi-space-size=4", "src/main.ts"]
CMD ["help"]
