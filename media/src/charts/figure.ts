/** A place on a figure, in pixels from its upper left corner. */
export type Place = readonly [x: number, y: number];

/** What figures are made of: few enough kinds that each can be drawn on a page, in a file and on a canvas. */
export type Shape =
  | {
      readonly kind: 'line';
      readonly points: readonly Place[];
      readonly color: string;
      readonly width: number;
      readonly dash?: readonly number[];
    }
  | { readonly kind: 'dot'; readonly at: Place; readonly radius: number; readonly color: string }
  | {
      readonly kind: 'text';
      /** Of its baseline. */
      readonly at: Place;
      readonly text: string;
      readonly color: string;
      /** In pixels. */
      readonly size: number;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly bold?: boolean;
    };

/** A drawing without anything to press. Pure data: the same on a page, in a file and on a canvas. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

/** The same shapes further right and down. */
export function moved({ shapes }: Figure, [right, down]: Place): readonly Shape[] {
  const move = ([x, y]: Place): Place => [x + right, y + down];
  return shapes.map((shape) =>
    shape.kind === 'line'
      ? { ...shape, points: shape.points.map(move) }
      : { ...shape, at: move(shape.at) },
  );
}

/** An element of SVG with its attributes; presentation attributes, for styles are not allowed on a page. */
export interface SvgElement {
  readonly tag: 'circle' | 'polyline' | 'text';
  readonly attributes: Readonly<Record<string, string>>;
  readonly text?: string;
}

export function svgElementOf(shape: Shape, font: string): SvgElement {
  switch (shape.kind) {
    case 'line':
      return {
        tag: 'polyline',
        attributes: {
          points: shape.points.map(([x, y]) => `${round(x)},${round(y)}`).join(' '),
          fill: 'none',
          stroke: shape.color,
          'stroke-width': String(shape.width),
          ...(shape.dash && shape.dash.length > 0
            ? { 'stroke-dasharray': shape.dash.join(' ') }
            : {}),
        },
      };
    case 'dot':
      return {
        tag: 'circle',
        attributes: {
          cx: round(shape.at[0]),
          cy: round(shape.at[1]),
          r: String(shape.radius),
          fill: shape.color,
        },
      };
    case 'text':
      return {
        tag: 'text',
        attributes: {
          x: round(shape.at[0]),
          y: round(shape.at[1]),
          fill: shape.color,
          'font-size': String(shape.size),
          'font-family': font,
          'text-anchor': shape.anchor,
          ...(shape.bold ? { 'font-weight': '600' } : {}),
        },
        text: shape.text,
      };
  }
}

/** The figure as an SVG document that stands by itself. */
export function svgText({ width, height, shapes }: Figure, background: string): string {
  const body = shapes.map((shape) => {
    const { tag, attributes, text } = svgElementOf(shape, 'sans-serif');
    const written = Object.entries(attributes)
      .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
      .join('');
    return `<${tag}${written}>${escapeXml(text ?? '')}</${tag}>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${escapeXml(background)}"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** A tenth of a pixel is finer than any eye. */
function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // XML knows no other control characters, however they are written.
      .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
  );
}
