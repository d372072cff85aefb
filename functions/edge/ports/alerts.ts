/** The alert publisher, from the environment. */
import { createEventBridgeAlerts } from '../../../adapters/event-bridge-alerts.ts';
import type { AlertPublisher } from '../../../core/telemetry/ports.ts';
import { eventBridgeClient, singleTryEventBridgeClient } from '../aws-clients.ts';
import { type Environment, requiredEnv } from '../environment.ts';

/** @param isAwaited whether a caller's answer waits until alerts are handed over. */
export const alertPublisherFrom = (env: Environment, isAwaited = false): AlertPublisher =>
  createEventBridgeAlerts(
    isAwaited ? singleTryEventBridgeClient() : eventBridgeClient(),
    env.EVENT_BUS_NAME ?? 'default',
    requiredEnv(env, 'DEPLOYMENT'),
  );
