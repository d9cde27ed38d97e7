/**
 * The buttons that set faults, and the list of active faults.
 */

/** A part of the script: see `index.ts`. */
export const faults = /* javascript */ String.raw`
// The faults of the buttons, as rules for --fault. A rule with its own target ignores the choice of the form.

const presets = [
  ["500", "Server error", { respond: { status: 500, body: { detail: "Injected fault: status 500" } } }],
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

const showFaults = (active) => {
  byId("faults-part").hidden = active.length === 0
  show(byId("faults"), active, ({ left, text }) =>
    make("li", "", make("span", "", text), make("span", "muted", number(left) + " left"))
  )
}
`
