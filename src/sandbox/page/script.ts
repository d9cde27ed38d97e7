/**
 * What the page does: it listens to the sandbox, shows what it hears, and sends faults. Every word that comes from a
 * client is put in as text, never as markup; the page's policy has the browser refuse anything else.
 *
 * It is served as it stands, so it is written in what every current browser understands.
 */

/** The script at `/_sandbox/page.js`. */
export const script = /* javascript */ String.raw`"use strict"
const byId = (id) => document.getElementById(id)

const make = (tag, className, ...children) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.append(...children.filter((child) => child !== undefined))
  return node
}

// Brings a list in line with what there is to show. What has not changed stays as it is, and so do focus and scroll.
const show = (list, items, render, versionOf = JSON.stringify) => {
  const before = new Map([...list.children].map((node) => [node.dataset.key, node]))
  let place = list.firstElementChild
  for (const item of items) {
    const key = String(item.id)
    const version = versionOf(item)
    let node = before.get(key)
    before.delete(key)
    if (node === undefined || node.version !== version) {
      const fresh = render(item)
      fresh.dataset.key = key
      fresh.version = version
      if (node !== undefined) {
        const focused = node.contains(document.activeElement)
        if (place === node) place = fresh
        node.replaceWith(fresh)
        if (focused) fresh.querySelector("button")?.focus()
      }
      node = fresh
    }
    if (node === place) place = place.nextElementSibling
    else list.insertBefore(node, place)
  }
  for (const node of before.values()) node.remove()
}

const words = (text) => text.replaceAll("_", " ")
const number = (value) => value.toLocaleString("en")
const bytes = (size) => {
  const units = ["B", "kB", "MB", "GB"]
  const unit = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(size, 1)) / 3)))
  return (size / 1000 ** unit).toLocaleString("en", { maximumFractionDigits: unit === 0 ? 0 : 1 }) + " " + units[unit]
}
const fact = (text) => make("span", "", text)
const tag = (text, kind) => make("span", "tag " + (kind ?? ""), text)
const older = ({ count, newest }, what) =>
  count > newest.length ? [{ id: "older", older: "and " + number(count - newest.length) + " older " + what }] : []

// The tenant

const kinds = { customApps: "App", inHouseApps: "In-house app", customProfiles: "Profile", customScripts: "Script" }
const mostChips = 24

const blueprintRow = ({ enrollment_code: { code, is_active }, name, nodes, type }) => {
  const items = new Map(nodes.flatMap((node) => node.items).map((item) => [item.id, item]))
  const chips = [...items.values()].slice(0, mostChips).map(({ kind, name }) => make("li", "", make("span", "muted", kinds[kind] + " "), name))
  if (items.size > mostChips) chips.push(make("li", "", "and " + number(items.size - mostChips) + " more"))
  return make(
    "li", "",
    make(
      "div", "head", make("span", "name", name), type === "map" ? tag("map") : undefined,
      make(
        "div", "facts", fact("enrollment code " + code + (is_active ? "" : ", inactive")),
        nodes.length > 1 ? fact(number(nodes.length) + " nodes") : undefined
      )
    ),
    chips.length === 0 ? make("p", "none", "nothing assigned") : make("ul", "chips", ...chips)
  )
}

const row = ({ active, category, name, show_in_self_service }, facts, ...tags) => make(
  "li", "",
  make("span", "name", name),
  make("div", "facts", ...facts, show_in_self_service ? fact("Self Service: " + (category ?? "no such category")) : undefined),
  make("span", "tags", active ? undefined : tag("inactive"), ...tags)
)

const installers = { ready: "good", processing: "warn", missing: "bad" }

const sum = ({ sha256 }) => {
  const code = make("code", "", "sha256 " + sha256.slice(0, 16) + "…")
  code.title = sha256
  return code
}

const uploadRow = (upload) => make(
  "li", "",
  make("span", "name", upload.file_key.split("/").at(-1)),
  make("div", "facts", fact(bytes(upload.file_size)), sum(upload)),
  make("span", "tags", tag("processing", "warn"))
)

const withInstaller = (app, facts) => {
  const there = app.installer !== "missing"
  return row(
    app, [...facts, ...there ? [fact(bytes(app.file_size)), sum(app)] : []],
    tag(there ? app.installer : "no installer", installers[app.installer])
  )
}

const appRow = (app) => withInstaller(app, [fact(words(app.install_type)), fact(words(app.install_enforcement))])

const scriptRow = (script) => row(script, [fact(words(script.execution_frequency)), script.restart ? fact("restarts") : undefined])

const platforms = { runs_on_mac: "Mac", runs_on_iphone: "iPhone", runs_on_ipad: "iPad", runs_on_tv: "Apple TV", runs_on_vision: "Vision" }

const devices = (item) => {
  const runsOn = Object.keys(platforms).filter((key) => item[key]).map((key) => platforms[key])
  return fact(runsOn.length === 0 ? "for nothing" : "for " + runsOn.join(", "))
}

const profileRow = (profile) => row(profile, [devices(profile)])
const inHouseRow = (item) => withInstaller(item, [fact(item.app.identifier + " " + item.app.version), devices(item)])

const showQuota = (quota) => {
  byId("quota").hidden = !quota
  if (!quota) return
  const windows = [["second", quota.leftThisSecond, quota.perSecond], ["hour", quota.leftThisHour, quota.perHour]]
  for (const [id, left, limit] of windows) {
    byId(id).max = limit
    byId(id).value = left
    byId(id + "-text").textContent = number(left) + " of " + number(limit) + " left"
  }
}

const parts = [
  ["blueprints", "Blueprints", blueprintRow], ["customApps", "apps", appRow],
  ["inHouseApps", "in-house apps", inHouseRow], ["customScripts", "scripts", scriptRow], ["customProfiles", "profiles", profileRow]
]

const showTenant = (tenant) => {
  showQuota(tenant.quota)
  for (const [id, what, render] of parts) {
    const glance = tenant[id]
    show(byId(id), [...glance.newest, ...older(glance, what)], (item) => item.older ? make("li", "older", item.older) : render(item))
    byId(id + "-count").textContent = number(glance.count)
    byId(id + "-part").hidden = glance.count === 0
  }
  const uploads = tenant.uploads.map((upload) => ({ id: upload.file_key, ...upload }))
  show(byId("uploads"), uploads, uploadRow)
  byId("uploads-part").hidden = uploads.length === 0
  byId("blueprints-empty").hidden = tenant.blueprints.count > 0
  byId("library-empty").hidden = uploads.length > 0 || parts.slice(1).some(([id]) => tenant[id].count > 0)
  byId("faults-part").hidden = tenant.faults.length === 0
  show(byId("faults"), tenant.faults, ({ left, text }) =>
    make("li", "", make("span", "", text), make("span", "muted", left === 1 ? "once" : number(left) + " times"))
  )
}

// The requests

let requests = new Map()
const opened = new Set()

const statusTag = ({ duration, status }) => {
  if (status === undefined) return duration === undefined ? tag("…", "status") : tag("cut", "bad status")
  return tag(String(status), { 2: "good", 3: "odd", 4: "warn", 5: "bad" }[Math.floor(status / 100)] + " status")
}

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const detail = (request) => {
  const part = (title, text) => {
    if (!text) return []
    const body = make("pre", "", pretty(text))
    body.tabIndex = 0
    return [make("h4", "", title), body]
  }
  return [
    ...request.note === undefined ? [] : [make("p", "note", request.note)],
    ...part("Request", request.method + " " + request.path + request.search),
    ...part("Body", request.body),
    ...part("Answer", request.problem),
    ...part("Headers", Object.entries(request.headers).map(([name, value]) => name + ": " + value).join("\n"))
  ]
}

// Whole ids would make three lines of one. The whole path is among the details.
const short = (path) => path.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "$1…")

const requestRow = (request) => {
  const prefix = "/api/v1"
  const long = request.path.startsWith(prefix + "/")
  const path = make("span", "path")
  if (request.target === "storage") path.append(make("span", "muted", "storage "))
  path.append(...long ? [make("span", "muted", prefix), short(request.path.slice(prefix.length))] : [request.path])
  path.title = request.path
  const button = make(
    "button", "", make("span", "method", request.method), path, statusTag(request),
    make("span", "took", request.duration === undefined ? "" : number(request.duration) + " ms"),
    make("time", "", new Date(request.time).toLocaleTimeString("en-GB"))
  )
  button.type = "button"
  const body = make("div", "detail")
  body.id = "request-" + request.id
  button.setAttribute("aria-controls", body.id)
  const toggle = (open) => {
    button.setAttribute("aria-expanded", String(open))
    body.hidden = !open
    if (open) opened.add(request.id)
    else opened.delete(request.id)
    body.replaceChildren(...open ? detail(request) : [])
  }
  button.addEventListener("click", () => toggle(body.hidden))
  toggle(opened.has(request.id))
  return make("li", "", button, body)
}

const showRequests = () => {
  const newest = [...requests.values()].sort((one, other) => other.id - one.id).slice(0, 200)
  requests = new Map(newest.map((request) => [request.id, request]))
  show(byId("requests"), newest, requestRow, ({ duration }) => duration)
  byId("requests-empty").hidden = newest.length > 0
}

// Many requests within one frame are drawn once.
let drawing = false
const draw = () => {
  if (drawing) return
  drawing = true
  setTimeout(() => {
    drawing = false
    showRequests()
  }, 50)
}

// What can go wrong: rules as --fault takes them. Those with a target of their own are for that alone.

const presets = [
  ["500", "Server error", { respond: { status: 500, body: { detail: "A 500 that was asked for." } } }],
  ["429", "Too many requests, Retry-After 2 s", {
    respond: { status: 429, body: { message: "API rate limit exceeded" }, headers: { "retry-after": "2" } }
  }],
  ["403", "The token lacks a permission", { respond: { status: 403, body: { detail: "You do not have permission to perform this action." } } }],
  ["Slow", "Five seconds before anything happens", { delay: "5s" }],
  ["Cut", "The answer ends after ten bytes", { cutAfter: 10 }],
  ["Lost", "Carried out, but never answered", { drop: true }],
  ["503", "New app: upload still being processed", {
    target: "api", method: "POST", path: "/api/v1/library/custom-apps", respond: { status: 503, body: { detail: "The upload is still being processed." } }
  }],
  ["Expired", "Download: its file_url is too old", { target: "storage", method: "GET", expired: true }]
]

const chosen = () => {
  const place = byId("fault-place").value
  const method = byId("fault-method").value
  return {
    ...method && { method },
    ...(place === "api" || place === "storage") && { target: place },
    ...place.startsWith("/") && { target: "api", path: place }
  }
}

const say = (text) => {
  byId("announcement").textContent = text
}

const send = async (method, body) => {
  const problem = byId("fault-problem")
  problem.hidden = true
  try {
    const answer = await fetch("/_sandbox/faults", {
      method, headers: { "content-type": "application/json" }, ...body && { body: JSON.stringify(body) }
    })
    if (!answer.ok) throw new Error(await answer.text())
    return true
  } catch (error) {
    problem.textContent = "That did not reach the sandbox: " + error.message
    problem.hidden = false
    return false
  }
}

for (const [title, text, rule] of presets) {
  const button = make("button", "", make("strong", "", title), make("small", "", text))
  button.type = "button"
  button.addEventListener("click", async () => {
    if (!byId("fault-form").reportValidity()) return
    const times = byId("fault-times").valueAsNumber
    const match = rule.target === undefined ? chosen() : {}
    if (await send("POST", { times, ...match, ...rule })) say("In force: " + title + ", " + text)
  })
  byId("fault-buttons").append(button)
}
byId("fault-form").addEventListener("submit", (event) => event.preventDefault())
byId("clear").addEventListener("click", async () => {
  if (await send("DELETE")) say("No fault is in force.")
  byId("fault-times").focus()
})

// What the sandbox says

const connection = (text, state) => {
  byId("connection").textContent = text
  byId("connection").className = "connection " + state
}

const curl = (url, ...rest) => ["curl " + url, "-H \"Authorization: Bearer $IRU_API_TOKEN\"", ...rest].join(" \\\n  ")

const start = ({ requests: earlier, tenantUrl }) => {
  byId("url").textContent = tenantUrl
  byId("copy").hidden = navigator.clipboard === undefined
  byId("requests-try").textContent = curl(tenantUrl + "/api/v1/self-service/categories")
  byId("blueprints-try").textContent = curl(tenantUrl + "/api/v1/blueprints", "-d name=Office -d enrollment_code.is_active=true")
  byId("library-try").textContent = curl(
    tenantUrl + "/api/v1/library/custom-scripts", "-H 'Content-Type: application/json'",
    "-d '{\"name\": \"Hello\", \"execution_frequency\": \"once\", \"script\": \"echo hello\"}'"
  )
  requests = new Map(earlier.map((request) => [request.id, request]))
  showRequests()
  connection("Live", "live")
}

byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("url").textContent)
  say("Copied")
})

const events = new EventSource("/_sandbox/events")
events.addEventListener("start", ({ data }) => start(JSON.parse(data)))
events.addEventListener("tenant", ({ data }) => showTenant(JSON.parse(data)))
events.addEventListener("request", ({ data }) => {
  const request = JSON.parse(data)
  requests.set(request.id, request)
  draw()
})
events.addEventListener("error", () => connection("Not running. Waiting for it to come back", "lost"))
`
