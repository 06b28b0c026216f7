// The ranked table of features: status, name and a note, importance, course with floor and limit, value, limit.

const PAGE = 25
const WIDE = 118
const TALL = 28
const memory = new WeakMap()

/** The course of a value: noise floor shaded, limit dashed, the reference's days tinted, gaps left open. */
function spark(row, reference) {
  const known = row.series.filter((value) => value !== null)
  const top = 1.12 * Math.max(row.limit ?? 0, row.floor ?? 0, ...known, 1e-9)
  const n = Math.max(row.series.length - 1, 1)
  const x = (i) => 1 + ((WIDE - 5) * i) / n
  const y = (value) => TALL - 2 - ((TALL - 5) * Math.min(value, top)) / top
  const parts = []
  let open = false
  row.series.forEach((value, i) => {
    if (value === null) open = false
    else {
      parts.push(`${open ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`)
      if (!open && (row.series[i + 1] ?? null) === null) parts.push("h0.01")
      open = true
    }
  })
  const last = row.series.findLastIndex((value) => value !== null)
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDE} ${TALL}`, width: WIDE, height: TALL, class: "spark", role: "img", "aria-label": row.course },
    reference && svg("rect", { x: x(reference[0]), y: 1, width: x(reference[1]) - x(reference[0]), height: TALL - 3, class: "past" }),
    row.floor !== null ? svg("rect", { x: 1, y: y(row.floor), width: WIDE - 5, height: TALL - 2 - y(row.floor), class: "floor" }) : null,
    row.limit !== null ? svg("path", { d: `M1 ${y(row.limit)}H${WIDE - 4}`, class: "limit" }) : null,
    svg("path", { d: parts.join(""), class: "line" }),
    last >= 0 ? svg("circle", { cx: x(last), cy: y(row.series[last]), r: 2.4, class: `dot ${row.status}`, fill: "currentColor" }) : null,
  )
}

function weight(row, data) {
  if (row.importance === null) return el("span", { class: "quiet" }, "–")
  const width = Math.max(2, (44 * row.importance) / data.heaviest)
  const told = `${data.weight.toLocaleLowerCase()} ${row.importanceText}`
  return el("span", { class: "weight", title: told, role: "img", "aria-label": told },
    el("span", { class: "bar", style: `width:${width}px` }))
}

function line(row, context) {
  const { data, choose } = context
  const chosen = row.name === data.selected
  const cells = [
    el("td", { class: `state ${row.status}` }, mark(row.status), el("span", { class: "word" }, data.marks[row.status].word)),
    el("td", { class: "name" }, el("span", { class: "title", title: row.title }, row.title), row.note ? el("span", { class: "note quiet", title: row.note }, row.note) : null),
    el("td", { class: "optional" }, weight(row, data)),
    el("td", { class: "course" }, spark(row, data.reference)),
    el("td", { class: "num" }, el("span", { class: "strong" }, row.valueText), el("span", { class: "note quiet" }, row.measure)),
    el("td", { class: "num quiet optional" }, row.limitText),
  ]
  const node = el("tr", { tabindex: 0, "aria-selected": chosen ? "true" : "false", class: chosen ? "chosen" : "" }, ...cells)
  node.onclick = () => choose(row.name)
  node.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") choose(row.name)
    else if (event.key === "ArrowDown") node.nextElementSibling?.focus()
    else if (event.key === "ArrowUp") node.previousElementSibling?.focus()
    else return
    event.preventDefault()
  }
  return node
}

const columnsOf = (data) => [
  { key: "rank", label: "Status", numeric: true },
  { key: "title", label: data.what },
  { key: "importance", label: data.weight, numeric: true, down: true, optional: true },
  { key: null, label: "Course" },
  { key: "ratio", label: data.size, numeric: true, down: true, right: true },
  { key: null, label: "Limit", right: true, optional: true },
]

function sorted(rows, column) {
  const sign = column.down ? -1 : 1
  const missing = (value) => value === null || value === undefined || value === ""
  return [...rows].sort((a, b) => {
    const [left, right] = [a[column.key], b[column.key]]
    if (missing(left) || missing(right)) return missing(left) - missing(right)
    const order = column.numeric ? left - right : String(left).localeCompare(String(right))
    return sign * order || a.rank - b.rank
  })
}

function head(context) {
  const { state, draw } = context
  const cells = columnsOf(context.data).map((column) => {
    const name = [column.right ? "num" : "", column.optional ? "optional" : ""].join(" ").trim()
    if (!column.key) return el("th", { scope: "col", class: name }, column.label)
    const active = state.sort === column.key
    const button = el("button", { type: "button" }, column.label, active ? el("span", { "aria-hidden": "true" }, column.down ? " ↓" : " ↑") : null)
    button.onclick = () => {
      state.sort = column.key
      draw()
    }
    return el("th", { scope: "col", class: name, "aria-sort": active ? (column.down ? "descending" : "ascending") : null }, button)
  })
  return el("thead", {}, el("tr", {}, ...cells))
}

function foot(context, found) {
  const { state, draw } = context
  if (found <= state.shown) return null
  const more = el("button", { type: "button", class: "more" }, `Show ${Math.min(PAGE, found - state.shown)} more of ${found - state.shown}`)
  const all = el("button", { type: "button", class: "more" }, `Show all ${found}`)
  more.onclick = () => { state.shown += PAGE; draw() }
  all.onclick = () => { state.shown = found; draw() }
  return el("div", { class: "foot" }, more, found - state.shown > PAGE ? all : null)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const state = memory.get(parentElement) ?? { sort: "rank", shown: PAGE, wanted: "" }
  memory.set(parentElement, state)
  const table = el("div", { class: "frame" })
  const context = { data, state, choose: (name) => setTriggerValue("pick", name) }

  const draw = () => {
    const wanted = state.wanted.trim().toLocaleLowerCase()
    const column = columnsOf(data).find((each) => each.key === state.sort)
    const rows = sorted(data.rows, column).filter((row) => `${row.title} ${row.name}`.toLocaleLowerCase().includes(wanted))
    const body = el("tbody", {}, ...rows.slice(0, state.shown).map((row) => line(row, context)))
    const none = rows.length ? null : el("p", { class: "quiet" }, `No ${data.what.toLocaleLowerCase()} is called like “${state.wanted}”.`)
    table.replaceChildren(el("table", { "aria-label": data.label }, head(context), body), ...[none, foot(context, rows.length)].filter(Boolean))
  }
  context.draw = draw

  const search = el("input", { type: "search", placeholder: `Find among ${data.rows.length}`, "aria-label": `Find a ${data.what.toLocaleLowerCase()}` })
  search.value = state.wanted
  search.oninput = () => {
    state.wanted = search.value
    draw()
  }
  const legend = el("div", { class: "legend quiet" },
    el("span", { class: "key floor" }), "noise floor", el("span", { class: "key limit" }), "limit", el("span", { class: "key past" }), "reference")
  redraw(parentElement, el("div", { class: "tools" }, data.rows.length > PAGE ? search : null, legend), table)
  draw()
}
