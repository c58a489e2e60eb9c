import { type Figure, type Shape, svgElementOf } from './figure.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** The figure on the page, with what it shows in words. */
export function figureElement({ width, height, shapes }: Figure, label: string): SVGSVGElement {
  const root = document.createElementNS(svgNamespace, 'svg');
  root.setAttribute('viewBox', `0 0 ${width} ${height}`);
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(height));
  root.setAttribute('class', 'figure');
  root.setAttribute('role', 'img');
  root.setAttribute('tabindex', '0');
  root.setAttribute('aria-label', label);
  for (const shape of shapes) {
    const { tag, attributes, text } = svgElementOf(shape, 'inherit');
    const made = document.createElementNS(svgNamespace, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    root.append(made);
  }
  return root;
}

/** So many pixels of the picture for one of the figure: sharp in print and on dense screens. */
const finest = 2;
/** Browsers have no canvas that is higher. */
const highest = 16_000;

/** The figure as a PNG in base64; empty where this page has no canvas for it. */
export function figurePng({ width, height, shapes }: Figure, background: string): string {
  const density = Math.min(finest, highest / height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * density);
  canvas.height = Math.ceil(height * density);
  const context = canvas.getContext('2d');
  if (!context) return '';
  context.scale(density, density);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  for (const shape of shapes) drawShape(context, shape);
  return canvas.toDataURL('image/png').split(',')[1] ?? '';
}

function drawShape(context: CanvasRenderingContext2D, shape: Shape): void {
  context.beginPath();
  switch (shape.kind) {
    case 'line':
      for (const [x, y] of shape.points) context.lineTo(x, y);
      context.strokeStyle = shape.color;
      context.lineWidth = shape.width;
      context.setLineDash([...(shape.dash ?? [])]);
      context.stroke();
      break;
    case 'dot':
      context.arc(...shape.at, shape.radius, 0, 2 * Math.PI);
      context.fillStyle = shape.color;
      context.fill();
      break;
    case 'text':
      context.font = `${shape.bold ? '600 ' : ''}${shape.size}px sans-serif`;
      context.textAlign = shape.anchor === 'middle' ? 'center' : shape.anchor;
      context.fillStyle = shape.color;
      context.fillText(shape.text, ...shape.at);
      break;
  }
}
