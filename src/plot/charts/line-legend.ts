import type { ChartLook } from './chart.ts';
import { PALETTES } from '../theme.ts';

/** The legend of lines, above them: a stroke each, in its colour and with its dashes. */
export function lineLegend({ theme }: ChartLook): object {
  return {
    orient: 'top',
    title: null,
    labelColor: PALETTES[theme].quiet,
    labelFontSize: 11,
    symbolType: 'stroke',
    symbolStrokeWidth: 2.5,
    symbolSize: 300,
    padding: 0,
    offset: 8,
  };
}
