import { fileURLToPath } from 'node:url';

/** Our own font, by weight: a slim container has none, and text would vanish without a word. */
export const FONT_FILES = {
  regular: fileURLToPath(new URL('./fonts/Inter-Regular.otf', import.meta.url)),
  semibold: fileURLToPath(new URL('./fonts/Inter-SemiBold.otf', import.meta.url)),
} as const;
