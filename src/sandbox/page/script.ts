/**
 * What the page does: it listens to the sandbox, shows what it hears, and sends faults. Every word that comes from a
 * client is put in as text, never as markup; the page's policy has the browser refuse anything else.
 *
 * It is served as it stands, so it is written in what every current browser understands.
 */

import { recordScript } from "./recordScript.js"

/** The script at `/_sandbox/page.js`. */
export const script =
  /* javascript */ String.raw`"use strict"
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

const number = (value) => value.toLocaleString("en")
const sum = (sha256) => {
  const code = make("code", "", "sha256 " + sha256.slice(0, 16) + "…")
  code.title = sha256
  return code
}
const fact = (value) => typeof value === "string" ? make("span", "", value) : sum(value.sha256)
const tag = (text, kind) => make("span", "tag " + (kind ?? ""), text)
const older = ({ count, newest }, what) =>
  count > newest.length ? [{ id: "older", older: "and " + number(count - newest.length) + " older " + what }] : []

// The tenant

const tagOf = ({ kind, text }) => tag(text, kind)

// Few of many, until somebody asks for all.
const fewChips = 8
const expanded = new Set()

const chipsOf = (id, chips) => {
  const list = make("ul", "chips")
  const fill = () => {
    const isShort = chips.length > fewChips + 1 && !expanded.has(id)
    list.replaceChildren(...(isShort ? chips.slice(0, fewChips) : chips).map(
      ({ kind, name }) => make("li", "", kind ? make("span", "muted", kind + " ") : undefined, name)
    ))
    if (!isShort) return
    const all = make("button", "quiet", "and " + number(chips.length - fewChips) + " more")
    all.type = "button"
    all.addEventListener("click", () => {
      expanded.add(id)
      fill()
    })
    list.append(all)
  }
  fill()
  return list
}

const rowWithChips = ({ chips, facts = [], id, name, none, part, tags = [] }) => make(
  "li", "",
  make("div", "head", nameOf({ id, name, part }), ...tags.map(tagOf), make("div", "facts", ...facts.map(fact))),
  chips.length === 0
    ? make("p", "none", none)
    : chipsOf(id, chips)
)

const row = (item) => item.chips ? rowWithChips(item) : make(
  "li", "",
  nameOf(item),
  make("div", "facts", ...(item.facts ?? []).map(fact)),
  make("span", "tags", ...(item.tags ?? []).map(tagOf))
)

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

// What the search is looking for stands in a row's name, id, facts, tags or chips.
const wordsOf = (value) =>
  typeof value === "object" && value !== null ? Object.values(value).map(wordsOf).join(" ") : String(value ?? "")
const finds = (text, value) => text.split(/\s+/).every((word) => wordsOf(value).toLowerCase().includes(word))
const typed = (id) => byId(id).value.trim().toLowerCase()

let tenant
const showTenant = () => {
  showQuota(tenant.quota)
  const wanted = typed("search")
  let found = 0
  for (const part of tenant.parts) {
    const matching = wanted === "" ? part.newest : part.newest.filter((item) => finds(wanted, item))
    found += matching.length
    show(byId(part.id), [...matching, ...older(part, part.noun)], (item) => item.older ? make("li", "older", item.older) : row({ ...item, part: part.id }))
    byId(part.id + "-count").textContent = number(part.count)
    byId(part.id + "-part").hidden = part.count === 0 || (wanted !== "" && matching.length === 0)
  }
  byId("search-result").textContent = wanted === "" ? "" : number(found) + " of the records shown here"
  const isEmpty = (place) => tenant.parts.every((part) => part.place !== place || part.count === 0)
  byId("blueprints-empty").hidden = !isEmpty("blueprints")
  byId("library-empty").hidden = !isEmpty("library")
  byId("fleet-section").hidden = isEmpty("fleet")
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
  if (/\bfault\b/i.test(request.note ?? "")) path.append(" ", tag("fault", "odd"))
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

const isPaused = () => byId("pause").getAttribute("aria-pressed") === "true"
// Those that were cleared away, and those that came while the list stood still.
let cleared = 0
let stoppedAt = Infinity

const showRequests = () => {
  const newest = [...requests.values()].sort((one, other) => other.id - one.id).slice(0, 200)
  requests = new Map(newest.map((request) => [request.id, request]))
  const wanted = typed("requests-filter")
  const seen = newest.filter(({ id }) => id > cleared && id <= stoppedAt)
  const matching = seen.filter((request) =>
    finds(wanted, [request.method, request.path, request.search, request.status, request.target, request.note])
  )
  show(byId("requests"), matching, requestRow, ({ duration }) => duration)
  const waiting = newest.filter(({ id }) => id > stoppedAt).length
  const notes = [
    ...isPaused() ? ["Paused: " + number(waiting) + " more since."] : [],
    ...matching.length < seen.length ? [number(seen.length - matching.length) + " do not fit the filter."] : []
  ]
  byId("requests-hidden").textContent = notes.join(" ")
  byId("requests-hidden").hidden = notes.length === 0
  byId("requests-empty").hidden = newest.length > 0
}

byId("search").addEventListener("input", () => tenant && showTenant())
byId("requests-filter").addEventListener("input", showRequests)
byId("pause").addEventListener("click", () => {
  const pause = !isPaused()
  byId("pause").setAttribute("aria-pressed", String(pause))
  byId("pause").textContent = pause ? "Go on" : "Pause"
  stoppedAt = pause ? Math.max(0, ...requests.keys()) : Infinity
  showRequests()
})
byId("clear-requests").addEventListener("click", () => {
  cleared = Math.max(cleared, ...requests.keys())
  showRequests()
})

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

const call = async (method, path, body) => {
  const answer = await fetch(path, {
    method, headers: { "content-type": "application/json" }, ...body && { body: JSON.stringify(body) }
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}

const send = async (method, body) => {
  const problem = byId("fault-problem")
  problem.hidden = true
  try {
    await call(method, "/_sandbox/faults", body)
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
  document.body.classList.toggle("stopped", state === "lost")
  for (const button of document.querySelectorAll("#fault-form button, #clear, #copy")) button.disabled = state === "lost"
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
  // Another sandbox at this address counts from 1 again.
  if (Math.max(0, ...requests.keys()) < cleared) cleared = 0
  showRequests()
  connection("Live", "live")
  if (location.hash.includes("/")) openRecord()
}

byId("copy").addEventListener("click", async () => {
  try {
    // The promise goes to the clipboard as it is: some browsers allow nothing that comes after an await.
    const line = call("POST", "/_sandbox/environment").then((text) => new Blob([text], { type: "text/plain" }))
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": line })])
    say("Copied URL and token")
  } catch (error) {
    say("Not copied: " + error.message)
  }
})

const events = new EventSource("/_sandbox/events")
events.addEventListener("start", ({ data }) => start(JSON.parse(data)))
events.addEventListener("tenant", ({ data }) => {
  tenant = JSON.parse(data)
  showTenant()
})
events.addEventListener("request", ({ data }) => {
  const request = JSON.parse(data)
  requests.set(request.id, request)
  draw()
})
events.addEventListener("error", () => connection("Not running. Waiting for it to come back", "lost"))
` + recordScript
