/**
 * Uses the page in Chromium: with a mouse, with the keyboard alone, in dark mode, on a phone, and with malicious clients.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Blueprints, CustomApps, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { expect } from "vitest"
import { makeFaultDesk } from "../../src/sandbox/page/faultDesk.js"
import { pageRoutes } from "../../src/sandbox/page/page.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { click, describeInBrowser, goTo, gone, open, places, shown, statusOf, test } from "./browser.js"
import { call, presign, textAt, upload } from "./support.js"

const client = Layer.unwrapEffect(Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ tenantUrl, apiToken })))

describeInBrowser("the page in a browser", () => {
  test(
    "copies URL and token to the clipboard as one line with one button",
    Effect.gen(function* () {
      const { apiToken, tenantUrl } = yield* Sandbox
      const page = yield* open({ permissions: ["clipboard-read", "clipboard-write"] })
      yield* click(page, "Copy URL and token")
      yield* shown(page, "Copied URL and token")
      const copied = yield* Effect.promise(() => page.evaluate("navigator.clipboard.readText()"))
      expect(copied).toBe(`export IRU_TENANT_URL=${tenantUrl} IRU_API_TOKEN=${apiToken}`)
    })
  )

  test(
    "shows the changes of a client without a reload, and removes what the client deletes",
    Effect.gen(function* () {
      const page = yield* open({}, "library")
      yield* Effect.promise(() => page.evaluate("window.sameDocument = true"))

      yield* Effect.gen(function* () {
        const scripts = yield* CustomScripts
        const apps = yield* CustomApps
        const blueprints = yield* Blueprints
        const script = yield* scripts.create({ name: "Inventory", execution_frequency: "every_day", script: "true" })
        yield* shown(page, "Inventory")
        yield* shown(page, "every day")

        const { inHouseApps } = yield* Sandbox.state
        const notes = yield* inHouseApps.put({ name: "Field Notes", installer: "12345" })
        yield* shown(page, "com.example.fieldnotes 1.0")
        yield* shown(page, "for iPhone, iPad")
        yield* inHouseApps.remove(notes.id)
        yield* gone(page, "Field Notes")

        const app = yield* apps.create({
          name: "Firefox",
          install_type: "package",
          install_enforcement: "install_once",
          installer: { path: "LICENSE", name: "Firefox.pkg" }
        })
        yield* shown(page, "Firefox")
        yield* shown(page, `sha256 ${app.sha256?.slice(0, 16)}`)
        yield* shown(page, "ready")

        yield* goTo(page, "Blueprints")
        const { id } = yield* blueprints.create({ name: "Office", enrollment_code: { is_active: true } })
        yield* shown(page, "nothing assigned")
        yield* blueprints.assign(id, { library_item_id: app.id })
        yield* Effect.promise(() => page.locator("#blueprints").getByText("Firefox").waitFor())

        yield* goTo(page, "Library")
        yield* shown(page, "Inventory")
        yield* scripts.delete(script.id)
        yield* gone(page, "Inventory")
      }).pipe(Effect.provide(client))

      expect(yield* Effect.promise(() => page.evaluate("window.sameDocument"))).toBe(true)
    })
  )

  test(
    "shows a request with status and time, and after a click its body and answer, but never the token",
    Effect.gen(function* () {
      const { apiToken } = yield* Sandbox
      const page = yield* open()
      yield* call("POST", "/api/v1/library/custom-scripts?source=me", { json: { name: "x", script: "echo hidden" } })
      const row = page.getByRole("button", { name: /POST.*custom-scripts/ })
      yield* Effect.promise(() => row.waitFor())
      yield* shown(page, "400")
      expect(yield* Effect.promise(() => row.innerText())).toMatch(/\d+ ms\s+\d\d:\d\d:\d\d/)
      expect(yield* Effect.promise(() => page.getByText("echo hidden").count())).toBe(0)
      yield* Effect.promise(() => row.click())
      yield* shown(page, "echo hidden")
      yield* shown(page, "This field is required.")
      yield* shown(page, "POST /api/v1/library/custom-scripts?source=me")
      yield* shown(page, "authorization: <redacted>")
      expect(yield* Effect.promise(() => page.content())).not.toContain(apiToken)
      yield* Effect.promise(() => row.click())
      yield* gone(page, "echo hidden")

      const { devices } = yield* Sandbox.state
      const { id } = yield* devices.put({ platform: "Mac" })
      yield* call("GET", `/api/v1/devices/${id}`)
      yield* Effect.promise(() => page.getByRole("button", { name: /GET.*devices/ }).click())
      yield* shown(page, `"device_id": "${id}"`)
      const { json } = yield* call("GET", `/api/v1/devices/${id}/secrets/unlockpin`)
      yield* Effect.promise(() => page.getByRole("button", { name: /unlockpin/ }).click())
      yield* shown(page, "Answer 200")
      expect(yield* Effect.promise(() => page.content())).not.toContain(textAt(json, "pin"))
    })
  )

  test(
    "works with the keyboard alone, with visible focus, and new requests do not move the focus",
    Effect.gen(function* () {
      const page = yield* open()
      yield* statusOf("/api/v1/first")
      yield* shown(page, "/first")
      const focused = () =>
        page.evaluate(() => {
          const { activeElement } = document
          if (activeElement === null || activeElement === document.body) return ""
          const { outlineStyle, outlineWidth } = getComputedStyle(activeElement)
          const visible = outlineStyle !== "none" && outlineWidth !== "0px"
          return `${visible ? "" : "unseen: "}${activeElement.id || (activeElement.textContent ?? "").trim()}`
        })
      const places: Array<string> = []
      yield* Effect.promise(async () => {
        for (let presses = 0; presses < 40; presses++) {
          await page.keyboard.press("Tab")
          const place = await focused()
          if (place === "" || places.includes(place)) break
          places.push(place)
        }
      })
      expect(places.filter((place) => place.startsWith("unseen"))).toEqual([])
      expect(places[0]).toBe("Skip to the requests")
      for (const wanted of ["fault-times", "fault-method", "fault-place"]) expect(places).toContain(wanted)
      expect(places.some((place) => place.startsWith("500"))).toBe(true)
      expect(places.some((place) => place.startsWith("GET/api/v1/first"))).toBe(true)

      yield* Effect.promise(async () => {
        await page.getByLabel("The next").focus()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Tab")
        await page.keyboard.type("GET")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
      })
      yield* shown(page, "status 500: GET, any path")
      yield* shown(page, "2 left")
      expect([yield* statusOf(), yield* statusOf(), yield* statusOf()]).toEqual([500, 500, 200])

      yield* Effect.promise(async () => {
        await page.getByRole("button", { name: /\/first/ }).focus()
        await page.keyboard.press("Enter")
        await page.getByText("does not serve this path").waitFor()
      })
      yield* statusOf("/api/v1/second")
      yield* shown(page, "/second")
      expect(yield* Effect.promise(focused)).toContain("/first")
      yield* Effect.promise(() => page.keyboard.press("Space"))
      yield* gone(page, "does not serve this path")
    })
  )

  test(
    "shows names with markup as text",
    Effect.gen(function* () {
      const page = yield* open()
      const evil = `<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2"><b id="requests">`
      const state = yield* Sandbox.state
      const script = yield* state.customScripts.put({ name: evil })
      yield* state.customProfiles.put({ name: evil })
      yield* state.customApps.put({ name: evil })
      yield* state.blueprints.put({ name: evil, description: evil, items: [script.id] })
      yield* call("POST", `/api/v1/${encodeURIComponent(evil)}?${evil}`, {
        json: { name: evil },
        headers: { "x-evil": evil }
      })
      yield* Effect.promise(async () => {
        const links = page.getByRole("navigation")
        await links.getByRole("link", { name: "Blueprints" }).click()
        await page.locator("#blueprints").getByText(evil).first().waitFor()
        await links.getByRole("link", { name: "Library" }).click()
        for (const list of ["#customApps", "#customScripts", "#customProfiles"]) {
          await page.locator(list).getByText(evil).first().waitFor()
        }
        await page.getByRole("link", { name: evil }).first().click()
        await page.locator("#record").getByText(evil).first().waitFor()
        await page.keyboard.press("Escape")
        await page.locator("#requests button").click()
        await page.locator(".detail").getByText("x-evil").waitFor()
      })
      const found = yield* Effect.promise(() =>
        page.evaluate(() => ({
          hacked: "hacked" in window,
          scripts: document.scripts.length,
          images: document.images.length,
          bold: document.querySelectorAll("b").length
        }))
      )
      expect(found).toEqual({ hacked: false, scripts: 1, images: 0, bold: 0 })
    })
  )

  for (const colorScheme of ["light", "dark"] as const) {
    test(
      `${colorScheme}: every word stands out from what is behind it`,
      Effect.gen(function* () {
        const page = yield* open({ colorScheme })
        const state = yield* Sandbox.state
        const { id } = yield* state.customApps.put({ name: "App", installer: "bytes" })
        yield* state.customApps.put({ name: "None", active: false })
        yield* state.blueprints.put({ name: "Office", type: "map", items: [id] })
        yield* statusOf()
        yield* statusOf("/api/v1/none")
        yield* click(page, /^500/)
        yield* statusOf()
        yield* click(page, /^429/)
        yield* shown(page, "status 429: any method")
        yield* click(page, /GET.*\/none/)
        yield* shown(page, "Answer 404")
        for (const place of places) {
          yield* goTo(page, place)
          const { background, faint } = yield* Effect.promise(() => page.evaluate(contrasts))
          expect(faint, place).toEqual([])
          if (colorScheme === "dark") expect(background).toBeLessThan(0.05)
          else expect(background).toBeGreaterThan(0.8)
        }
      }),
      { limits: true, seed: { devices: 40 } }
    )
  }

  test(
    "fits the width of a phone",
    Effect.gen(function* () {
      const page = yield* open({ viewport: { width: 320, height: 640 } })
      const state = yield* Sandbox.state
      const { id } = yield* state.customApps.put({ name: "a".repeat(200), installer: "bytes" })
      yield* state.blueprints.put({ name: "An-office-".repeat(20), items: [id] })
      yield* statusOf(`/api/v1/${"x".repeat(300)}`)
      yield* click(page, /^500/)
      yield* shown(page, "x".repeat(300))
      yield* Effect.promise(() => page.locator("#requests button").click())
      for (const place of places) {
        yield* goTo(page, place)
        const width = yield* Effect.promise(() => page.evaluate(() => document.documentElement.scrollWidth))
        expect(width, place).toBeLessThanOrEqual(320)
      }
    }),
    { limits: true, seed: { devices: 40 } }
  )

  test(
    "shows how many requests the rate limit leaves",
    Effect.gen(function* () {
      const page = yield* open()
      yield* shown(page, "10,000 of 10,000 left")
      yield* statusOf()
      yield* shown(page, "9,999 of 10,000 left")
      yield* shown(page, "50 of 50 left")
    }),
    { limits: true }
  )

  test(
    "shows an installer that is still being processed",
    Effect.gen(function* () {
      const page = yield* open({}, "library")
      const state = yield* Sandbox.state
      const place = yield* presign()
      yield* upload(place, "bytes")
      const file = place.key.split("/").at(-1) ?? ""
      yield* Effect.promise(() => page.locator("#uploads li", { hasText: file }).getByText("processing").waitFor())
      yield* state.customApps.put({ name: "Slow one", file_key: place.key })
      yield* Effect.promise(() =>
        page.locator("#customApps li", { hasText: "Slow one" }).getByText("processing").waitFor()
      )
      yield* Effect.promise(() => page.locator("#quota").waitFor({ state: "hidden" }))
    }),
    { processing: "1 hour" }
  )

  test(
    "shows commands to try in an empty tenant, and they work as written",
    Effect.gen(function* () {
      const { apiToken } = yield* Sandbox
      const page = yield* open()
      for (const id of ["requests-try", "blueprints-try", "library-try"]) {
        const command = yield* Effect.promise(() => page.locator(`#${id}`).innerText())
        const env = { ...process.env, IRU_API_TOKEN: apiToken }
        yield* Effect.promise(() =>
          promisify(execFile)("sh", ["-c", `${command} --silent --show-error --fail`], { env })
        )
      }
      yield* goTo(page, "Blueprints")
      yield* shown(page, "Office")
      yield* goTo(page, "Library")
      yield* shown(page, "Hello")
      const requests = yield* Sandbox.requests
      expect(requests.map(({ status }) => status)).toEqual([200, 201, 201])
      for (const id of ["requests-empty", "blueprints-empty", "library-empty"]) {
        yield* Effect.promise(() => page.locator(`#${id}`).waitFor({ state: "hidden" }))
      }
    })
  )

  test(
    "stays short for a tenant in use, and puts the requests first on a phone",
    Effect.gen(function* () {
      const wide = yield* open({ viewport: { width: 1280, height: 900 } })
      for (const place of places) {
        yield* goTo(wide, place)
        const height = yield* Effect.promise(() => wide.evaluate(() => document.documentElement.scrollHeight))
        expect(height, place).toBeLessThan(2500)
      }
      yield* goTo(wide, "Blueprints")
      // A Blueprint shows a few of its items, and all of them after a click.
      const more = wide
        .locator("#blueprints")
        .getByRole("button", { name: /^and \d+ more$/ })
        .first()
      const chips = () => Effect.promise(() => wide.locator("#blueprints .chips").first().locator("li").count())
      const few = yield* chips()
      yield* Effect.promise(() => more.click())
      expect(yield* chips()).toBeGreaterThan(few)
      const phone = yield* open({ viewport: { width: 390, height: 800 } })
      const top = (title: string) =>
        Effect.promise(async () => (await phone.getByRole("heading", { name: title }).boundingBox())?.y ?? Infinity)
      expect(yield* top("Requests")).toBeLessThan(yield* top("Break something"))
    }),
    { seed: { customScripts: 200, customApps: 50, customProfiles: 50, devices: 200 } }
  )

  live(
    "says that the sandbox has stopped, and reconnects by itself",
    () =>
      Effect.gen(function* () {
        const first = yield* Scope.make()
        const sandbox = yield* Scope.extend(Sandbox.serve({ routes: pageRoutes(yield* makeFaultDesk) }), first)
        const page = yield* Effect.provideService(open(), Sandbox, sandbox)
        yield* Scope.close(first, Exit.void)
        yield* shown(page, "Not running")
        expect(yield* Effect.promise(() => page.getByRole("button", { name: /^500/ }).isDisabled())).toBe(true)
        const again = yield* Sandbox.serve({
          port: Number(new URL(sandbox.tenantUrl).port),
          routes: pageRoutes(yield* makeFaultDesk)
        })
        yield* again.state.customScripts.put({ name: "After the break" })
        yield* goTo(page, "Library")
        yield* shown(page, "After the break")
        yield* Effect.promise(() => page.getByText("Live", { exact: true }).waitFor())
        expect(yield* Effect.promise(() => page.getByRole("button", { name: /^500/ }).isEnabled())).toBe(true)
      }).pipe(Effect.scoped),
    120_000
  )
})

/** Runs in the page. Finds words whose contrast with their background is below 4.5 to 1 (WCAG AA). */
const contrasts = (): { readonly background: number; readonly faint: ReadonlyArray<string> } => {
  const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = parse(color).map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = (element: Element | null): string => {
    if (element === null) return "rgb(255, 255, 255)"
    const { backgroundColor } = getComputedStyle(element)
    return parse(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor
  }
  const faint: Array<string> = []
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = words.nextNode(); node !== null; node = words.nextNode()) {
    const { parentElement, textContent } = node
    if (parentElement === null || textContent?.trim() === "" || parentElement.getClientRects().length === 0) continue
    const [dark = 0, bright = 0] = [
      luminance(getComputedStyle(parentElement).color),
      luminance(behind(parentElement))
    ].sort((one, other) => one - other)
    if ((bright + 0.05) / (dark + 0.05) < 4.5) faint.push(textContent ?? "")
  }
  return { background: luminance(behind(document.body)), faint }
}
