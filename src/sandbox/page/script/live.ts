/**
 * The events of the sandbox, its rate limits, and whether it runs.
 */

/** A part of the script: see `index.ts`. */
export const live = /* javascript */ String.raw`
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

let version

const connection = (text, state) => {
  byId("connection").textContent = text
  byId("connection").className = "connection " + state
  document.body.classList.toggle("stopped", state === "lost")
  for (const button of document.querySelectorAll("button.changes, #fault-form button")) button.disabled = state === "lost"
}

const curl = (url, ...rest) => ["curl " + url, "-H \"Authorization: Bearer $IRU_API_TOKEN\"", ...rest].join(" \\\n  ")

const start = ({ requests: earlier, tenantUrl }) => {
  byId("url").textContent = tenantUrl
  byId("copy").hidden = navigator.clipboard === undefined
  version = undefined
  byId("requests-try").textContent = curl(tenantUrl + "/api/v1/self-service/categories")
  byId("blueprints-try").textContent = curl(tenantUrl + "/api/v1/blueprints", "-d name=Office -d enrollment_code.is_active=true")
  byId("library-try").textContent = curl(
    tenantUrl + "/api/v1/library/custom-scripts", "-H 'Content-Type: application/json'",
    "-d '{\"name\": \"Hello\", \"execution_frequency\": \"once\", \"script\": \"echo hello\"}'"
  )
  requests = new Map(earlier.map((request) => [request.id, request]))
  // A new sandbox at this address counts its requests from 1.
  if (Math.max(0, ...requests.keys()) < cleared) cleared = 0
  showRequests()
  connection("Live", "live")
  openRecord()
}

byId("copy").addEventListener("click", async () => {
  try {
    // The clipboard gets the promise: some browsers refuse to write after an await.
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
  const tenant = JSON.parse(data)
  showQuota(tenant.quota)
  showFaults(tenant.faults)
  if (tenant.version === version) return
  version = tenant.version
  loadLists()
})
events.addEventListener("request", ({ data }) => {
  const request = JSON.parse(data)
  requests.set(request.id, request)
  draw()
})
events.addEventListener("error", () => connection("Not running. Waiting for it to come back", "lost"))
`
