const { ApiConfig } = require("effect-iru")
const { Iru } = require("effect-iru/node")
const Effect = require("effect/Effect")

ApiConfig.pipe(
  Effect.provide(
    ApiConfig.layer({ tenantUrl: "HTTP://Example.api.iru.com/", apiToken: "00000000-0000-0000-0000-000000000000" })
  ),
  Effect.runPromise
).then((config) => {
  if (config.tenantUrl !== "https://example.api.iru.com") throw new Error(config.tenantUrl)
  console.log(config.tenantUrl, typeof Iru.layer)
})
