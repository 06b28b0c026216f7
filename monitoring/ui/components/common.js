// What the components share. Data reach the page only as text (textContent, attributes), never as markup.

const SVG = "http://www.w3.org/2000/svg"

/** An element with attributes and children; strings become text. */
function el(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children)
}

/** The same in SVG. */
function svg(tag, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children)
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    node.setAttribute(name, value === true ? "" : String(value))
  }
  node.append(...children.filter((child) => child !== null && child !== undefined))
  return node
}

/** The shape of a status: filled circle, triangle, square, hollow circle. */
function mark(status, size = 11) {
  const shapes = {
    green: () => svg("circle", { cx: 6, cy: 6, r: 4.6, fill: "currentColor" }),
    amber: () => svg("path", { d: "M6 0.9 11.6 11H0.4z", fill: "currentColor" }),
    red: () => svg("rect", { x: 1, y: 1, width: 10, height: 10, rx: 1, fill: "currentColor" }),
    grey: () => svg("circle", { cx: 6, cy: 6, r: 4.2, fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
  }
  const shape = (shapes[status] ?? shapes.grey)()
  const options = { class: `mark ${status}`, viewBox: "0 0 12 12", width: size, height: size, "aria-hidden": "true" }
  return svg("svg", options, shape)
}

/** Replace everything a component has drawn; its styles stay. */
function redraw(parentElement, ...children) {
  const root = parentElement.querySelector(".root")
  root.replaceChildren(...children)
  return root
}

/** A tooltip that follows a position inside `frame` and never leaves it. */
function tooltip(frame) {
  const box = el("div", { class: "tip", role: "presentation", hidden: true })
  frame.append(box)
  return {
    show(x, y, lines) {
      box.replaceChildren(...lines.map((line, i) => el(i ? "div" : "strong", {}, line)))
      box.hidden = false
      const room = frame.clientWidth - box.offsetWidth - 2
      box.style.left = `${Math.max(0, Math.min(x + 12, room))}px`
      box.style.top = `${y}px`
    },
    hide() {
      box.hidden = true
    },
  }
}

/** A colour of the theme, resolved for canvas. */
function colour(parentElement, name) {
  return getComputedStyle(parentElement.host ?? parentElement).getPropertyValue(name).trim()
}
