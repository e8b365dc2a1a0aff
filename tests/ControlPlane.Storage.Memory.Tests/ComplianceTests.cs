using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Memory.Tests;

public sealed class AppendTests : AppendTests<MemorySource>;

public sealed class LargeAppendTests : LargeAppendTests<MemorySource>;

public sealed class IdempotencyTests : IdempotencyTests<MemorySource>;

public sealed class ClaimTests : ClaimTests<MemorySource>;

public sealed class BacklogTests : BacklogTests<MemorySource>;

public sealed class StatsTests : StatsTests<MemorySource>;

public sealed class CompletionTests : CompletionTests<MemorySource>;

public sealed class CompletionEffectsTests : CompletionEffectsTests<MemorySource>;

public sealed class LeaseTests : LeaseTests<MemorySource>;

public sealed class OrderingTests : OrderingTests<MemorySource>;

public sealed class ParkingTests : ParkingTests<MemorySource>;

public sealed class OrderingLineViewTests : OrderingLineViewTests<MemorySource>;

public sealed class OrderingProperties : OrderingProperties<MemorySource>;

public sealed class RetryAndCancelTests : RetryAndCancelTests<MemorySource>;

public sealed class RedriveTests : RedriveTests<MemorySource>;

public sealed class RedriveFilterTests : RedriveFilterTests<MemorySource>;

public sealed class ReplayTests : ReplayTests<MemorySource>;

public sealed class ReplayedDeliveryTests : ReplayedDeliveryTests<MemorySource>;

public sealed class DeliveryListTests : DeliveryListTests<MemorySource>;

public sealed class EventListTests : EventListTests<MemorySource>;

public sealed class ChangeFeedTests : ChangeFeedTests<MemorySource>;

public sealed class SignalTests : SignalTests<MemorySource>;

public sealed class NodeSignalTests : NodeSignalTests<MemorySource>;

public sealed class WebhookTests : WebhookTests<MemorySource>;

public sealed class EventTypeTests : EventTypeTests<MemorySource>;

public sealed class TenantConfigTests : TenantConfigTests<MemorySource>;

public sealed class TenantPolicyTests : TenantPolicyTests<MemorySource>;

public sealed class AccessTests : AccessTests<MemorySource>;

public sealed class RetentionTests : RetentionTests<MemorySource>;

public sealed class RetentionOrderTests : RetentionOrderTests<MemorySource>;

public sealed class RetentionProperties : RetentionProperties<MemorySource>;

public sealed class DurabilityTests : DurabilityTests<MemorySource>;

public sealed class OwnershipTests : OwnershipTests<MemorySource>;

public sealed class HammerTests : HammerTests<MemorySource>;

public sealed class CopyTests : CopyTests<MemorySource>;

public sealed class AuditTests : AuditTests<MemorySource>;

public sealed class ErasureTests : ErasureTests<MemorySource>;

public sealed class EventExpiryTests : EventExpiryTests<MemorySource>;
