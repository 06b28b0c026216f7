// Features by chunks. Canvas, because a year of forty features is fourteen thousand cells; a click picks one.

const ROW = 18
// One letter per cell keeps the message small.
const STATUSES = { g: "green", a: "amber", r: "red", x: "grey" }
const memory = new WeakMap()

/** How strongly a cell is painted: half of the way to the limit is half as strong. */
function paint(context, cell, x, y, width, colours) {
  if (cell.status === "") return
  if (cell.status === "grey") {
    context.globalAlpha = 0.5
    context.fillStyle = colours.grey
    context.fillRect(x, y + ROW / 2 - 1, width, 1.5)
  } else if (cell.status === "green") {
    context.globalAlpha = 0.06 + 0.5 * Math.min(cell.strength, 1)
    context.fillStyle = colours.calm
    context.fillRect(x, y + 1, width, ROW - 2)
  } else {
    // Amber fills two thirds of the height and red all of it, so that they differ without colour.
    const tall = cell.status === "red" ? ROW - 2 : 11
    context.globalAlpha = 1
    context.fillStyle = colours[cell.status]
    context.fillRect(x, y + ROW - 1 - tall, width, tall)
  }
}

function legend(marks) {
  const entry = (name, label) => [el("span", { class: "entry" }, el("span", { class: `key ${name}` }), label)]
  return el("div", { class: "legend quiet" }, ...entry("calm", "below the limit, darker is closer"),
    ...entry("low", marks.amber.word), ...entry("high", marks.red.word), ...entry("thin", marks.grey.word))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const { rows, chunks, ticks, marks, selected, asOf } = data
  const n = chunks.length
  const cellOf = (r, c) => {
    const [value, limit] = [rows[r].value[c], rows[r].limit[c]]
    return { status: STATUSES[rows[r].status[c]] ?? "", strength: value && limit ? value / limit : 0, value, limit }
  }
  const said = (r, c) => {
    const cell = cellOf(r, c)
    if (!cell.status) return "no data"
    const short = (number) => Number(number.toFixed(3))
    const numbers = cell.value === null ? "" : `: ${data.measures[rows[r].check[c]]} ${short(cell.value)}${cell.limit === null ? "" : `, limit ${short(cell.limit)}`}`
    const reason = data.reasons[rows[r].reason[c]]
    return `${marks[cell.status].word}${numbers}${reason ? `; ${reason}` : ""}`
  }
  const names = el("div", { class: "names" }, ...rows.map((row) =>
    el("div", { class: row.name === selected ? "chosen" : "", style: `height:${ROW}px`, title: row.title }, row.title)))
  const canvas = el("canvas", { "aria-hidden": "true" })
  const cursor = el("div", { class: "cursor", hidden: true })
  const axis = el("div", { class: "axis", "aria-hidden": "true" }, ...ticks.map((tick) =>
    el("span", { style: `left:${(100 * tick.at) / n}%` }, tick.label)))
  const grid = el("div", { class: "grid", tabindex: 0, role: "application", "aria-label": data.label }, canvas, cursor)
  const spoken = el("div", { class: "spoken", "aria-live": "polite" })
  const root = redraw(parentElement, legend(marks), el("div", { class: "plot" }, names, el("div", { class: "cells" }, grid, axis)), spoken)
  const tip = tooltip(root)
  grid.style.height = `${rows.length * ROW}px`

  const draw = () => {
    const width = grid.clientWidth
    if (!width) return
    const ratio = window.devicePixelRatio || 1
    canvas.width = width * ratio
    canvas.height = rows.length * ROW * ratio
    const context = canvas.getContext("2d")
    context.scale(ratio, ratio)
    const colours = Object.fromEntries(
      [["calm", "--st-primary-color"], ["amber", "--st-orange-color"], ["red", "--st-red-color"], ["grey", "--st-gray-color"]]
        .map(([name, token]) => [name, colour(parentElement, token)]))
    const step = width / n
    const gap = step > 5 ? 1 : 0
    rows.forEach((row, r) => {
      for (let c = 0; c < n; c += 1) paint(context, cellOf(r, c), c * step, r * ROW, step - gap + (gap ? 0 : 0.4), colours)
    })
  }
  memory.get(parentElement)?.disconnect()
  const observer = new ResizeObserver(draw)
  observer.observe(grid)
  memory.set(parentElement, observer)

  let at = { r: Math.max(0, rows.findIndex((row) => row.name === selected)), c: asOf }
  const point = (r, c) => {
    at = { r: Math.max(0, Math.min(rows.length - 1, r)), c: Math.max(0, Math.min(n - 1, c)) }
    const step = grid.clientWidth / n
    Object.assign(cursor.style, { left: `${at.c * step}px`, top: `${at.r * ROW}px`, width: `${Math.max(3, step)}px`, height: `${ROW}px` })
    cursor.hidden = false
    const words = [`${rows[at.r].title}, ${chunks[at.c].label}`, said(at.r, at.c)]
    spoken.textContent = words.join(". ")
    tip.show(grid.offsetLeft + grid.parentElement.offsetLeft + at.c * step, legendHeight() + (at.r + 1) * ROW + 4, words)
  }
  const legendHeight = () => grid.getBoundingClientRect().top - root.getBoundingClientRect().top
  const leave = () => {
    cursor.hidden = true
    tip.hide()
  }
  const pick = () => setTriggerValue("pick", { feature: rows[at.r].name, chunk: chunks[at.c].key })
  grid.onpointermove = (event) => {
    const box = grid.getBoundingClientRect()
    point(Math.floor((event.clientY - box.top) / ROW), Math.floor(((event.clientX - box.left) / box.width) * n))
  }
  grid.onpointerleave = leave
  grid.onblur = leave
  grid.onclick = (event) => {
    grid.onpointermove(event)
    pick()
  }
  grid.onkeydown = (event) => {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [0, -7], PageDown: [0, 7] }
    if (event.key in steps) point(at.r + steps[event.key][0], at.c + steps[event.key][1])
    else if (event.key === "Enter" || event.key === " ") pick()
    else if (event.key === "Escape") leave()
    else return
    event.preventDefault()
  }
  return () => observer.disconnect()
}
