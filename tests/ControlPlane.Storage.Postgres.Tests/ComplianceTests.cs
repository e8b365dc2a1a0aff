using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Postgres.Tests;

public sealed class AppendTests : AppendTests<PostgresSource>;

public sealed class LargeAppendTests : LargeAppendTests<PostgresSource>;

public sealed class IdempotencyTests : IdempotencyTests<PostgresSource>;

public sealed class ClaimTests : ClaimTests<PostgresSource>;

public sealed class BacklogTests : BacklogTests<PostgresSource>;

public sealed class StatsTests : StatsTests<PostgresSource>;

public sealed class CompletionTests : CompletionTests<PostgresSource>;

public sealed class CompletionEffectsTests : CompletionEffectsTests<PostgresSource>;

public sealed class LeaseTests : LeaseTests<PostgresSource>;

public sealed class OrderingTests : OrderingTests<PostgresSource>;

public sealed class ParkingTests : ParkingTests<PostgresSource>;

public sealed class OrderingLineViewTests : OrderingLineViewTests<PostgresSource>;

public sealed class OrderingProperties : OrderingProperties<PostgresSource>;

public sealed class RetryAndCancelTests : RetryAndCancelTests<PostgresSource>;

public sealed class RedriveTests : RedriveTests<PostgresSource>;

public sealed class RedriveFilterTests : RedriveFilterTests<PostgresSource>;

public sealed class ReplayTests : ReplayTests<PostgresSource>;

public sealed class ReplayedDeliveryTests : ReplayedDeliveryTests<PostgresSource>;

public sealed class DeliveryListTests : DeliveryListTests<PostgresSource>;

public sealed class EventListTests : EventListTests<PostgresSource>;

public sealed class ChangeFeedTests : ChangeFeedTests<PostgresSource>;

public sealed class SignalTests : SignalTests<PostgresSource>;

public sealed class NodeSignalTests : NodeSignalTests<PostgresSource>;

public sealed class WebhookTests : WebhookTests<PostgresSource>;

public sealed class EventTypeTests : EventTypeTests<PostgresSource>;

public sealed class TenantConfigTests : TenantConfigTests<PostgresSource>;

public sealed class TenantPolicyTests : TenantPolicyTests<PostgresSource>;

public sealed class AccessTests : AccessTests<PostgresSource>;

public sealed class RetentionTests : RetentionTests<PostgresSource>;

public sealed class RetentionOrderTests : RetentionOrderTests<PostgresSource>;

public sealed class RetentionProperties : RetentionProperties<PostgresSource>;

public sealed class DurabilityTests : DurabilityTests<PostgresSource>;

public sealed class HammerTests : HammerTests<PostgresSource>;

public sealed class CopyTests : CopyTests<PostgresSource>;

public sealed class AuditTests : AuditTests<PostgresSource>;

public sealed class ErasureTests : ErasureTests<PostgresSource>;

public sealed class EventExpiryTests : EventExpiryTests<PostgresSource>;
