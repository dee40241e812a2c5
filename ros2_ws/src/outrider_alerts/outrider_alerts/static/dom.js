// Elements without markup in strings: what comes from the rig is always text, never HTML.

const SVG = 'http://www.w3.org/2000/svg';

// make('p.small.warn', {title: 'x', onclick: f}, 'text', child): an element with classes, attributes and children.
export function make(what, attributes = {}, ...children) {
  const [name, ...classes] = what.split('.');
  return fill(document.createElement(name), classes, attributes, children);
}

export function draw(what, attributes = {}, ...children) {
  const [name, ...classes] = what.split('.');
  return fill(document.createElementNS(SVG, name), classes, attributes, children);
}

function fill(element, classes, attributes, children) {
  if (classes.length) element.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Set text only where it differs: a screen reader hears changes, the layout is left alone.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element, yes) {
  if (element.hidden === yes) element.hidden = !yes;
}

export function mark(element, key, value) {
  if (element.dataset[key] !== value) element.dataset[key] = value;
}
