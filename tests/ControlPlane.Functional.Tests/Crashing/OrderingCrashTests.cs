using System.Globalization;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Crashing;

/// <summary>The order of each key holds, however the receiver answers and the process ends.</summary>
public sealed class OrderingCrashTests(SharedServer shared)
{
    private const int Keys = 10;
    private const int PerKey = 20;

    [Theory]
    [InlineData(false, HeadOfLine.Block)]
    [InlineData(true, HeadOfLine.Block)]
    [InlineData(true, HeadOfLine.Park)]
    public async Task End_ManyKeysAndAReceiverThatFailsAndIsSlow_EachKeyComesInOrder(bool kill, HeadOfLine headOfLine)
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        var inbox = shared.Receiver.Open();
        var receiver = new MoodyReceiver();
        inbox.Answer = receiver.Answer;
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(inbox, w => w.HeadOfLine = headOfLine);
        await PublishAsync(tenant, 0, PerKey / 2);
        await inbox.UntilAsync(_ => receiver.Taken.Count >= Keys * 3, "the first ones to be taken");

        if (kill)
        {
            server.Kill();
        }
        else
        {
            await server.SignalAsync();
        }

        Assert.Equal(kill ? ServerRun.KilledExitCode : 0, await server.ExitAsync());
        await server.StartAsync();
        using var again = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        await PublishAsync(again, PerKey / 2, PerKey);
        await inbox.UntilAsync(_ => receiver.Taken.Distinct().Count() == (Keys + 1) * PerKey, "all to be taken");

        var expected = Enumerable.Range(0, PerKey).ToList();
        var order = headOfLine == HeadOfLine.Block ? receiver.Taken : receiver.Came;
        for (var key = 0; key < Keys; key++)
        {
            Assert.Equal(expected, Of(order, key).Distinct());
        }

        Assert.Equal(expected, Of(order, Keys).Distinct().Order());
        await Eventually.BecomesAsync(
            () => again.ListAsync(), all => all.All(d => d.State == DeliveryState.Succeeded), "all deliveries to succeed");
    }

    /// <summary>Publishes one event after the other to every key, and to none (the last).</summary>
    private static async Task PublishAsync(TestTenant tenant, int from, int to)
    {
        for (var number = from; number < to; number++)
        {
            await tenant.Clients.Events.BatchPublishEventsAsync(new()
            {
                Events =
                {
                    Enumerable.Range(0, Keys + 1).Select(key => TestTenant.NewEvent(
                        e => (e.Id, e.OrderingKey) = ($"{key}-{number}", key == Keys ? "" : $"key {key}"))),
                },
            });
        }
    }

    private static IEnumerable<int> Of(List<string> ids, int key) => ids
        .Select(id => id.Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray())
        .Where(parts => parts[0] == key)
        .Select(parts => parts[1]);

    /// <summary>Fails for up to two times per event, and takes its time.</summary>
    private sealed class MoodyReceiver
    {
        private readonly Lock _lock = new();
        private readonly Random _random = new(1);
        private readonly Dictionary<string, int> _failures = [];
        private readonly List<string> _came = [];
        private readonly List<string> _taken = [];

        /// <summary>The ids of all requests.</summary>
        public List<string> Came => Copy(_came);

        /// <summary>The ids of those answered 2xx, noted before the answer goes out.</summary>
        public List<string> Taken => Copy(_taken);

        public Answer Answer(ReceivedRequest request)
        {
            lock (_lock)
            {
                _came.Add(request.Id);
                var slow = Task.Delay(TimeSpan.FromMilliseconds(_random.Next(20)), TimeProvider.System);
                _failures.TryAdd(request.Id, _random.Next(3));
                if (_failures[request.Id]-- > 0)
                {
                    return new Answer(503) { After = slow };
                }

                _taken.Add(request.Id);
                return new Answer(204) { After = slow };
            }
        }

        private List<string> Copy(List<string> ids)
        {
            lock (_lock)
            {
                return [.. ids];
            }
        }
    }
}
