// Sentences with a status each; a term of the field is a button that says in plain words what it means.

let numbered = 0
// What each has drawn: a run of the page that changes nothing leaves an open explanation and the focus alone.
const drawn = new WeakMap()

/** A term with its explanation; gives the button and the box, which hang together for those who hear the page. */
function explained(text, [title, meaning], link, tips) {
  const id = `term-${(numbered += 1)}`
  const button = el("button", { type: "button", class: "term", "aria-describedby": id, "aria-expanded": "false" }, text)
  const more = link ? el("a", { href: link, target: "_self" }, "Glossary") : null
  const box = el("span", { class: "meaning", role: "tooltip", id, hidden: true }, el("strong", {}, title), ` ${meaning} `, more)
  const show = () => {
    tips.forEach((hide) => hide())
    box.hidden = false
    button.setAttribute("aria-expanded", "true")
    const frame = box.offsetParent
    box.style.left = `${Math.max(0, Math.min(button.offsetLeft, frame.clientWidth - box.offsetWidth))}px`
    box.style.top = `${button.offsetTop + button.offsetHeight + 2}px`
  }
  const hide = () => {
    box.hidden = true
    button.setAttribute("aria-expanded", "false")
  }
  tips.push(hide)
  const whole = el("span", { class: "explained" }, button, box)
  whole.onmouseenter = show
  whole.onmouseleave = () => whole.matches(":focus-within") || hide()
  button.onfocus = show
  button.onclick = show
  whole.onfocusout = (event) => whole.contains(event.relatedTarget) || hide()
  whole.onkeydown = (event) => {
    if (event.key === "Escape") hide()
  }
  return whole
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root")
  const words = JSON.stringify(data)
  if (drawn.get(root) === words) return
  const tips = []
  const said = (pieces) =>
    pieces.map(([text, term]) => {
      if (!term) return text
      const link = data.glossary ? data.glossary + encodeURIComponent(term) : ""
      return explained(text, data.terms[term], link, tips)
    })
  const lines = data.lines.map((line) => {
    const shape = line.status ? mark(line.status) : null
    const word = line.status ? el("span", { class: "unseen" }, `${data.marks[line.status].word}: `) : null
    const name = line.name.length ? el("strong", { class: line.status }, ...said(line.name)) : null
    return el("p", {}, shape, " ", word, name, name ? " \u00a0" : "", ...said(line.text))
  })
  redraw(parentElement, ...lines)
  drawn.set(root, words)
}
