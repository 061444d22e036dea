# One image for all four stages: `docker run aftermath COMMAND`.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The Node of the image is new enough: the one that npm installs for older machines goes again.
RUN npm ci --omit=dev && rm -rf node_modules/node-* node_modules/.package-lock.json

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    AFTERMATH_HOST=0.0.0.0 \
    AFTERMATH_PORT=8080
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY bin bin
COPY examples examples
COPY LICENSE package.json ./
# A folder of its user, so that a volume on it is that user's too.
RUN mkdir logs && chown node:node logs
USER node
EXPOSE 8080
# There is no curl in a slim image.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.AFTERMATH_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/aftermath.cjs"]
CMD ["run"]
