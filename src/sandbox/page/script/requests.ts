/**
 * The list of requests, which can be filtered, paused, cleared and opened.
 */

/** A part of the script: see `index.ts`. */
export const requests = /* javascript */ String.raw`
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
  const block = (title, text) => {
    if (!text) return []
    const body = make("pre", "", pretty(text))
    body.tabIndex = 0
    return [make("h4", "", title), body]
  }
  const headers = Object.entries(request.headers).map(([name, value]) => name + ": " + value).join("\n")
  const status = request.status === undefined ? "No answer" : "Answer " + request.status
  const answer = block(status, request.answer)
  return [
    ...request.note === undefined ? [] : [make("p", "note", request.note)],
    make(
      "div", "sides",
      make("div", "", ...block("Request", request.method + " " + request.path + request.search), ...block("Body", request.body), ...block("Headers", headers)),
      make("div", "", ...answer.length > 0 ? answer : [make("h4", "", status), make("p", "muted", "It has no text.")])
    )
  ]
}

const readDetail = async ({ id }) => {
  const answer = await fetch("/_sandbox/requests/" + id)
  return answer.ok ? detail(await answer.json()) : [make("p", "note", "The sandbox does not keep it any more.")]
}

// Ids are shortened so that a path fits on one line. The details have the whole path.
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
    if (!open) return body.replaceChildren()
    readDetail(request).then((parts) => body.replaceChildren(...parts), () => undefined)
  }
  button.addEventListener("click", () => toggle(body.hidden))
  toggle(opened.has(request.id))
  return make("li", "", button, body)
}

const isPaused = () => byId("pause").getAttribute("aria-pressed") === "true"
// The id of the last cleared request, and of the last one before the pause.
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

// Requests within 50 ms are drawn together.
let drawing = false
const draw = () => {
  if (drawing) return
  drawing = true
  setTimeout(() => {
    drawing = false
    showRequests()
  }, 50)
}
`
