/**
 * Opens, makes and deletes records.
 */

/** A part of the script: see `index.ts`. */
export const records = /* javascript */ String.raw`
// A name opens its record. Each record has an address: #customScripts/<id>.
const nameOf = ({ id, list, name }) => {
  if (list === "uploads") return make("span", "name", name)
  const link = make("a", "name", name)
  link.href = "#" + list + "/" + encodeURIComponent(id)
  return link
}

const fieldsOf = (record) => Object.entries(record).flatMap(([key, value]) => {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return []
  const isText = typeof value === "string" && value.includes("\n")
  const shown = typeof value === "string" ? value : JSON.stringify(value, null, 2)
  const isLong = isText || (typeof value === "object" && shown.length > 60)
  const body = make(isLong ? "pre" : "span", "", shown)
  if (isLong) body.tabIndex = 0
  return [make("dt", "", key.replaceAll("_", " ")), make("dd", "", body)]
})

const belongingsOf = ({ rows, title }) => [
  make("h3", "", title + " ", make("span", "count", number(rows.length))),
  rows.length === 0
    ? make("p", "muted", "None.")
    : make("ul", "rows", ...rows.map(({ facts = [], name }) =>
      make("li", "", make("span", "name", name), make("div", "facts", ...facts.map(fact)))
    ))
]

// Changes the address from the record to its place.
const leaveRecord = () => {
  const [, list, id] = addressed()
  if (id !== undefined) history.replaceState(null, "", "#" + shownPlace())
}

const openRecord = async () => {
  const [, list, id] = addressed()
  const dialog = byId("record")
  if (id === undefined) return dialog.close()
  const answer = await fetch("/_sandbox/records/" + list + "/" + id)
  if (!answer.ok) {
    leaveRecord()
    dialog.close()
    return say("It is not there any more.")
  }
  const { belongings, canBeDeleted, record } = await answer.json()
  byId("record-name").textContent = record.name ?? record.device_name ?? record.id ?? decodeURIComponent(id)
  byId("record-fields").replaceChildren(...fieldsOf(record))
  byId("record-belongings").replaceChildren(...belongings.flatMap(belongingsOf))
  byId("record-delete").hidden = !canBeDeleted
  if (!dialog.open) dialog.showModal()
  dialog.scrollTop = 0
}

addEventListener("hashchange", openRecord)
byId("record").addEventListener("close", () => {
  byId("record-name").textContent = ""
  byId("record-fields").replaceChildren()
  byId("record-belongings").replaceChildren()
  leaveRecord()
})
byId("record-close").addEventListener("click", () => byId("record").close())
byId("record-delete").addEventListener("click", async () => {
  try {
    await call("DELETE", "/_sandbox/records/" + location.hash.slice(1))
    say("Deleted")
  } catch (error) {
    say("Not deleted: " + error.message)
  }
  byId("record").close()
})

// The forms that make records, and the dialog that resets the tenant.
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => byId(button.dataset.opens).showModal())
}
for (const button of document.querySelectorAll("dialog .close")) {
  button.addEventListener("click", () => button.closest("dialog").close())
}
for (const form of document.querySelectorAll("form[data-makes]")) {
  const dialog = form.closest("dialog")
  const problem = form.querySelector(".problem")
  dialog.addEventListener("close", () => {
    form.reset()
    problem.hidden = true
  })
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      const { wrong } = JSON.parse(
        await call("POST", "/_sandbox/lists/" + form.dataset.makes, Object.fromEntries(new FormData(form)))
      )
      if (wrong !== undefined) throw new Error(wrong)
      say("Created: " + form.elements[0].value)
      dialog.close()
    } catch (error) {
      problem.textContent = error.message
      problem.hidden = false
    }
  })
}
byId("reset-do").addEventListener("click", async () => {
  try {
    await call("POST", "/_sandbox/reset")
    say("The tenant is as it was at its start.")
  } catch (error) {
    say("Not reset: " + error.message)
  }
  byId("reset").close()
})
`
