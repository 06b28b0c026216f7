// The status ribbon: one bar per day, the worse the higher, so that it reads without colour; a click picks a day.

const TALL = { green: 9, amber: 17, red: 26, grey: 4 }
const OPACITY = { green: 0.42, amber: 0.95, red: 1, grey: 0.5 }
const HEIGHT = 26

/** One path for all days of a status. */
function bars(days, status) {
  const width = days.length > 150 ? 1.02 : 0.9
  const parts = []
  days.forEach((day, i) => {
    if (day.status === status) parts.push(`M${i} ${HEIGHT}v-${TALL[status]}h${width}v${TALL[status]}z`)
  })
  return svg("path", { d: parts.join(""), class: status, fill: "currentColor", opacity: OPACITY[status] })
}

function band(from, to, n, name) {
  const style = `left:${(100 * from) / n}%;width:${(100 * (to - from)) / n}%`
  return to > from ? el("div", { class: name, style }) : null
}

function axis(ticks, n) {
  const marks = ticks.map((tick) => el("span", { style: `left:${(100 * tick.at) / n}%` }, tick.label))
  return el("div", { class: "axis", "aria-hidden": "true" }, ...marks)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const { days, marks, asOf, reference, ticks, label } = data
  const n = days.length
  const words = (i) => `${marks[days[i].status]?.word ?? "No data"}${days[i].text ? `: ${days[i].text}` : ""}`

  const picture = svg(
    "svg",
    { viewBox: `0 0 ${n} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...Object.keys(TALL).map((status) => bars(days, status)),
  )
  const cursor = el("div", { class: "cursor", hidden: true })
  const strip = el(
    "div",
    {
      class: "strip",
      tabindex: 0,
      role: "slider",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": n - 1,
      "aria-valuenow": asOf,
      "aria-valuetext": `${days[asOf]?.date ?? ""}, ${asOf >= 0 ? words(asOf) : ""}`,
    },
    picture,
    reference && band(reference[0], reference[1], n, "reference"),
    band(asOf + 1, n, n, "later"),
    asOf >= 0 && data.chosen ? el("div", { class: "asof", style: `left:${(100 * (asOf + 1)) / n}%` }) : null,
    cursor,
  )
  const root = redraw(parentElement, strip, axis(ticks, n))
  const tip = tooltip(root)
  let at = asOf

  const point = (i) => {
    at = Math.max(0, Math.min(n - 1, i))
    cursor.hidden = false
    cursor.style.left = `${(100 * at) / n}%`
    cursor.style.width = `max(2px, ${100 / n}%)`
    strip.setAttribute("aria-valuenow", at)
    strip.setAttribute("aria-valuetext", `${days[at].date}, ${words(at)}`)
    const lines = [days[at].date, words(at)]
    if (reference && at >= reference[0] && at < reference[1]) lines.push("part of the reference")
    tip.show((strip.clientWidth * at) / n, HEIGHT + 8, lines)
  }
  const leave = () => {
    cursor.hidden = true
    tip.hide()
  }
  const pick = () => days[at].status && setTriggerValue("pick", days[at].key)

  strip.onpointermove = (event) => {
    const box = strip.getBoundingClientRect()
    point(Math.floor(((event.clientX - box.left) / box.width) * n))
  }
  strip.onpointerleave = leave
  strip.onblur = leave
  strip.onclick = (event) => {
    strip.onpointermove(event)
    pick()
  }
  strip.onkeydown = (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7, ArrowDown: -1, ArrowUp: 1 }
    if (event.key in steps) point(at + steps[event.key])
    else if (event.key === "Home") point(0)
    else if (event.key === "End") point(n - 1)
    else if (event.key === "Enter" || event.key === " ") pick()
    else if (event.key === "Escape") leave()
    else return
    event.preventDefault()
  }
}
