/**
 * The number of devices and licenses. That a tenant has 1,000 more licenses than devices is an assumption.
 */
import * as Effect from "effect/Effect"
import { json } from "../../gateway/exchange.js"
import { route } from "../../gateway/router.js"
import { resource } from "../../tenant/resource.js"
import { keptUntil } from "./kept.js"
import { deviceTable } from "./tables.js"

const platforms = keptUntil<ReadonlyMap<string, number>>("fleet")

export const settings = resource({
  routes: (tenant) => [
    route("GET", "/api/v1/settings/licensing", () =>
      Effect.sync(() => {
        const counts = platforms(tenant, "", () => {
          const found = new Map<string, number>()
          for (const { platform } of tenant.records(deviceTable).values()) {
            found.set(platform, (found.get(platform) ?? 0) + 1)
          }
          return found
        })
        const [mac = 0, iPhone = 0, iPad = 0, tv = 0] = ["Mac", "iPhone", "iPad", "AppleTV"].map(
          (platform) => counts.get(platform) ?? 0
        )
        const all = tenant.records(deviceTable).size
        return json(200, {
          counts: {
            computers_count: all,
            ios_count: iPhone,
            ipados_count: iPad,
            macos_count: mac,
            tvos_count: tv
          },
          limits: {
            plan_type: "",
            max_devices: all + 1000,
            max_devices_per_platform: { macos: mac + 1000, ios_ipados: iPhone + iPad + 1000 }
          },
          tenantOverLicenseLimit: false
        })
      })
    )
  ]
})
