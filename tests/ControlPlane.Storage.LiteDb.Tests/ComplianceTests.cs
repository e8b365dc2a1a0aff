using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.LiteDb.Tests;

public sealed class AppendTests : AppendTests<LiteDbSource>;

public sealed class LargeAppendTests : LargeAppendTests<LiteDbSource>;

public sealed class IdempotencyTests : IdempotencyTests<LiteDbSource>;

public sealed class ClaimTests : ClaimTests<LiteDbSource>;

public sealed class BacklogTests : BacklogTests<LiteDbSource>;

public sealed class StatsTests : StatsTests<LiteDbSource>;

public sealed class CompletionTests : CompletionTests<LiteDbSource>;

public sealed class CompletionEffectsTests : CompletionEffectsTests<LiteDbSource>;

public sealed class LeaseTests : LeaseTests<LiteDbSource>;

public sealed class OrderingTests : OrderingTests<LiteDbSource>;

public sealed class ParkingTests : ParkingTests<LiteDbSource>;

public sealed class OrderingLineViewTests : OrderingLineViewTests<LiteDbSource>;

public sealed class OrderingProperties : OrderingProperties<LiteDbSource>;

public sealed class RetryAndCancelTests : RetryAndCancelTests<LiteDbSource>;

public sealed class RedriveTests : RedriveTests<LiteDbSource>;

public sealed class RedriveFilterTests : RedriveFilterTests<LiteDbSource>;

public sealed class ReplayTests : ReplayTests<LiteDbSource>;

public sealed class ReplayedDeliveryTests : ReplayedDeliveryTests<LiteDbSource>;

public sealed class DeliveryListTests : DeliveryListTests<LiteDbSource>;

public sealed class EventListTests : EventListTests<LiteDbSource>;

public sealed class ChangeFeedTests : ChangeFeedTests<LiteDbSource>;

public sealed class WebhookTests : WebhookTests<LiteDbSource>;

public sealed class EventTypeTests : EventTypeTests<LiteDbSource>;

public sealed class TenantConfigTests : TenantConfigTests<LiteDbSource>;

public sealed class TenantPolicyTests : TenantPolicyTests<LiteDbSource>;

public sealed class AccessTests : AccessTests<LiteDbSource>;

public sealed class RetentionTests : RetentionTests<LiteDbSource>;

public sealed class RetentionOrderTests : RetentionOrderTests<LiteDbSource>;

public sealed class RetentionProperties : RetentionProperties<LiteDbSource>;

public sealed class DurabilityTests : DurabilityTests<LiteDbSource>;

public sealed class OwnershipTests : OwnershipTests<LiteDbSource>;

public sealed class HammerTests : HammerTests<LiteDbSource>;

public sealed class SignalTests : SignalTests<LiteDbSource>;

public sealed class ReaderTests : ReaderTests<LiteDbSource>;

public sealed class ReaderCheckpointTests : ReaderTests<SmallLogSource>;

public sealed class StoreFileTests : StoreFileTests<LiteDbSource>;

public sealed class BackupTests : BackupTests<LiteDbSource>;

public sealed class SliceTests : SliceTests<LiteDbSource>;

public sealed class IntegrityCheckTests : IntegrityCheckTests<LiteDbSource>;

public sealed class CopyTests : CopyTests<LiteDbSource>;

public sealed class AuditTests : AuditTests<LiteDbSource>;

public sealed class ErasureTests : ErasureTests<LiteDbSource>;

public sealed class EventExpiryTests : EventExpiryTests<LiteDbSource>;

public sealed class ErasedBytesTests : ErasedBytesTests<LiteDbSource>;
