using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

public sealed class AppendTests : AppendTests<SqliteSource>;

public sealed class LargeAppendTests : LargeAppendTests<SqliteSource>;

public sealed class IdempotencyTests : IdempotencyTests<SqliteSource>;

public sealed class ClaimTests : ClaimTests<SqliteSource>;

public sealed class BacklogTests : BacklogTests<SqliteSource>;

public sealed class StatsTests : StatsTests<SqliteSource>;

public sealed class CompletionTests : CompletionTests<SqliteSource>;

public sealed class CompletionEffectsTests : CompletionEffectsTests<SqliteSource>;

public sealed class LeaseTests : LeaseTests<SqliteSource>;

public sealed class OrderingTests : OrderingTests<SqliteSource>;

public sealed class ParkingTests : ParkingTests<SqliteSource>;

public sealed class OrderingLineViewTests : OrderingLineViewTests<SqliteSource>;

public sealed class OrderingProperties : OrderingProperties<SqliteSource>;

public sealed class RetryAndCancelTests : RetryAndCancelTests<SqliteSource>;

public sealed class RedriveTests : RedriveTests<SqliteSource>;

public sealed class RedriveFilterTests : RedriveFilterTests<SqliteSource>;

public sealed class ReplayTests : ReplayTests<SqliteSource>;

public sealed class ReplayedDeliveryTests : ReplayedDeliveryTests<SqliteSource>;

public sealed class DeliveryListTests : DeliveryListTests<SqliteSource>;

public sealed class EventListTests : EventListTests<SqliteSource>;

public sealed class ChangeFeedTests : ChangeFeedTests<SqliteSource>;

public sealed class SignalTests : SignalTests<SqliteSource>;

public sealed class WebhookTests : WebhookTests<SqliteSource>;

public sealed class EventTypeTests : EventTypeTests<SqliteSource>;

public sealed class TenantConfigTests : TenantConfigTests<SqliteSource>;

public sealed class TenantPolicyTests : TenantPolicyTests<SqliteSource>;

public sealed class AccessTests : AccessTests<SqliteSource>;

public sealed class RetentionTests : RetentionTests<SqliteSource>;

public sealed class RetentionOrderTests : RetentionOrderTests<SqliteSource>;

public sealed class RetentionProperties : RetentionProperties<SqliteSource>;

public sealed class DurabilityTests : DurabilityTests<SqliteSource>;

public sealed class OwnershipTests : OwnershipTests<SqliteSource>;

public sealed class ReaderTests : ReaderTests<SqliteSource>;

public sealed class StoreFileTests : StoreFileTests<SqliteSource>;

public sealed class BackupTests : BackupTests<SqliteSource>;

public sealed class SliceTests : SliceTests<SqliteSource>;

public sealed class IntegrityCheckTests : IntegrityCheckTests<SqliteSource>;

public sealed class CopyTests : CopyTests<SqliteSource>;

public sealed class AuditTests : AuditTests<SqliteSource>;

public sealed class StaleLogTests : StaleLogTests<SqliteSource>;

public sealed class ErasureTests : ErasureTests<SqliteSource>;

public sealed class EventExpiryTests : EventExpiryTests<SqliteSource>;

public sealed class ErasedBytesTests : ErasedBytesTests<SqliteSource>;
