import type { RemediationChain } from '../../remediation/chain/index.js';
import type { ServiceRoute } from '../service-route.js';
import { renderPage } from './page/page.js';
import { RecentDecisions } from './recent-decisions.js';

/**
 * GET /ui, the page for people, which holds nothing and needs no token, and GET /ui/decisions, what it shows of the last
 * decisions, whoever asked for them: for those who run the service. All else the page asks of the routes for agents.
 */
export function uiRoutes(chain: Pick<RemediationChain, 'events'>): readonly ServiceRoute[] {
  const { html, headers } = renderPage();
  const recent = new RecentDecisions(chain);
  return [
    { method: 'GET', path: '/ui', scope: 'public', handle: (context) => context.body(html, 200, { ...headers }) },
    {
      method: 'GET',
      path: '/ui/decisions',
      scope: 'admin',
      handle: (context) => context.json({ decisions: [...recent.list()] }),
    },
  ];
}
