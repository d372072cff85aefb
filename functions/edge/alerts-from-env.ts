/** Where alerts go, from the environment. */
import { EventBridgeAlerts } from '../adapters/event-bridge-alerts.ts';
import type { AlertPublisher } from '../core/telemetry/ports.ts';
import { eventBridgeClient } from './clients.ts';
import { type Environment, required } from './config-from-env.ts';

export const alertsFrom = (env: Environment): AlertPublisher =>
  new EventBridgeAlerts(
    eventBridgeClient(),
    env.EVENT_BUS_NAME ?? 'default',
    required(env, 'DEPLOYMENT'),
  );
