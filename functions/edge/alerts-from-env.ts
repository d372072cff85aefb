/** Where alerts go, from the environment. */
import { EventBridgeAlerts } from '../adapters/event-bridge-alerts.ts';
import type { AlertPublisher } from '../core/telemetry/ports.ts';
import { eventBridgeClient, hurriedEventBridgeClient } from './clients.ts';
import { type Environment, required } from './config-from-env.ts';

/** @param isAwaited whether a caller's answer waits until alerts are handed over. */
export const alertsFrom = (env: Environment, isAwaited = false): AlertPublisher =>
  new EventBridgeAlerts(
    isAwaited ? hurriedEventBridgeClient() : eventBridgeClient(),
    env.EVENT_BUS_NAME ?? 'default',
    required(env, 'DEPLOYMENT'),
  );
