using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Host.Tests.Timers;

[Trait("Category", "Host")]
public sealed class TimerLeaseTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan LongerThanItLasts = TimeSpan.FromSeconds(16);

    [Fact]
    public async Task Lease_IsHeldByOneAndOnlyAsLongAsBothClocksSaySo()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var host = TestHost.Build(
            new TestHostOptions
            {
                Settings = { ["AzureWebJobsStorage"] = azurite.ConnectionString, [HostId.Setting] = AzuriteFixture.NewPrefix() },
                Configure = builder => builder.Services.AddSingleton(new Recorder()),
            },
            typeof(Hourly));
        var function = host.Services.GetRequiredService<FunctionCatalog>().Functions.Single();
        var (blobs, time) = (host.Services.GetRequiredService<HostBlobs>(), new TwoClocks());
        var lease = new TimerLease(blobs, function, time);
        var other = new TimerLease(blobs, function, TimeProvider.System);

        lease.IsHeld.ShouldBeFalse();
        (await lease.TryAcquireAsync(cancellation)).ShouldBeTrue();
        lease.IsHeld.ShouldBeTrue();
        (await other.TryAcquireAsync(cancellation)).ShouldBeFalse();
        (await lease.RenewAsync(cancellation)).ShouldBeTrue();

        time.Wall = LongerThanItLasts;
        lease.IsHeld.ShouldBeFalse();
        (await lease.RenewAsync(cancellation)).ShouldBeFalse();
        time.Wall = TimeSpan.Zero;
        lease.IsHeld.ShouldBeTrue();
        time.Running = LongerThanItLasts;
        lease.IsHeld.ShouldBeFalse();

        await lease.ReleaseAsync();
        (await other.TryAcquireAsync(cancellation)).ShouldBeTrue();
        (await lease.TryAcquireAsync(cancellation)).ShouldBeFalse();
    }

    /// <summary>The real clocks, each of which can be put forward.</summary>
    private sealed class TwoClocks : TimeProvider
    {
        public TimeSpan Wall { get; set; }

        public TimeSpan Running { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Wall;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Running.TotalSeconds * TimestampFrequency);
    }
}
