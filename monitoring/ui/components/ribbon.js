// The status ribbon: one bar per day, the worse the higher, so that it reads without colour; a click picks a day.

const TALL = { green: 9, amber: 17, red: 26, grey: 4 }
const OPACITY = { green: 0.4, amber: 0.66, red: 1, grey: 0.5 }
const HEIGHT = 26

/** One path for all days of a status; the worse, the higher. */
function bars(days, status) {
  const width = days.length > 150 ? 1.02 : 0.9
  const parts = []
  days.forEach((day, i) => {
    if (day.status === status) parts.push(`M${i} ${HEIGHT}v-${TALL[status]}h${width}v${TALL[status]}z`)
  })
  return svg("path", { d: parts.join(""), class: status, fill: "currentColor", opacity: OPACITY[status] })
}

/** The course of what is behind the colour, as a thin line of the same colours. */
function lines(days, status) {
  const parts = []
  days.forEach((day, i) => {
    if (day.second === status) parts.push(`M${i} 0v4h1.02v-4z`)
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

/** Requests of the last seven days as small bars, with their sum in words. */
function volume(counts, words) {
  const most = Math.max(...counts, 1)
  const columns = counts.map((count, i) => {
    const tall = Math.max(1, (22 * count) / most)
    return svg("rect", { x: i * 9, y: 24 - tall, width: 7, height: tall, rx: 1, fill: "currentColor" })
  })
  const picture = svg("svg", { viewBox: "0 0 62 24", width: 62, height: 24, role: "img", "aria-label": words }, ...columns)
  return el("div", { class: "volume" }, picture, el("span", { class: "quiet" }, words))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const { days, marks, asOf, reference, ticks, label } = data
  const n = days.length
  const words = (i) => marks[days[i].status]?.word ?? "No data"
  const behind = (i) => (days[i].second ? `${data.second}: ${marks[days[i].second].word}, ${days[i].text}` : "")

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
      "aria-valuetext": asOf >= 0 ? `${days[asOf].date}, ${words(asOf)}. ${behind(asOf)}` : "",
    },
    picture,
    svg(
      "svg",
      { class: "second", viewBox: `0 0 ${n} 4`, preserveAspectRatio: "none", "aria-hidden": "true" },
      ...Object.keys(TALL).map((status) => lines(days, status)),
    ),
    reference && band(reference[0], reference[1], n, "reference"),
    band(asOf + 1, n, n, "later"),
    ...data.events.map((event) => el("div", { class: "event", style: `left:${(100 * event.at) / n}%` })),
    asOf >= 0 && data.chosen ? el("div", { class: "asof", style: `left:${(100 * (asOf + 1)) / n}%` }) : null,
    cursor,
  )
  const course = el("div", { class: "course" }, strip, axis(ticks, n))
  const root = redraw(parentElement, course, volume(data.volume, data.volumeWords))
  const tip = tooltip(root)
  let at = asOf

  const point = (i) => {
    at = Math.max(0, Math.min(n - 1, i))
    cursor.hidden = false
    cursor.style.left = `${(100 * at) / n}%`
    cursor.style.width = `max(2px, ${100 / n}%)`
    strip.setAttribute("aria-valuenow", at)
    strip.setAttribute("aria-valuetext", `${days[at].date}, ${words(at)}. ${behind(at)}`)
    const inside = reference && at >= reference[0] && at < reference[1] ? "known to have been healthy: other days are compared with it" : ""
    const happened = data.events.filter((event) => event.at === at).map((event) => event.text)
    const told = [days[at].date, words(at), behind(at), inside, ...happened].filter(Boolean)
    tip.show((strip.clientWidth * at) / n, HEIGHT + 14, told)
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
