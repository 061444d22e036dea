import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds, of any weight, by the rules of WCAG 2.2 AA and its best practices. */
export async function axeComplaints(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) =>
       violations.map(({ id, impact, nodes }) => id + ' (' + impact + '): ' + nodes.map(({ html }) => html).join(' ')))`,
  );
}
