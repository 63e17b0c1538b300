using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The section <c>extensions.queues</c> of host.json. As with the genuine host, nothing starts with a value that is out of range.</summary>
internal sealed class QueueSettings(HostJson hostJson, IConfiguration configuration, IHostEnvironment environment)
{
    /// <summary>The setting for how long a message stays hidden when the process dies over it; ten minutes as with the genuine host.</summary>
    public const string MessageLeaseSetting = "EmbeddedHost:MessageLease";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>Messages asked for at once.</summary>
    public int BatchSize { get; } = Within(hostJson, "batchSize", 16, least: 1, most: 32);

    /// <summary>More are asked for when this many or fewer are being worked on.</summary>
    public int NewBatchThreshold { get; } =
        Within(hostJson, "newBatchThreshold", hostJson.Queues.GetValue("batchSize", 16) / 2 * Environment.ProcessorCount, least: 0, most: int.MaxValue);

    /// <summary>Deliveries before a message is moved to the poison queue.</summary>
    public int MaxDequeueCount { get; } = Within(hostJson, "maxDequeueCount", 5, least: 1, most: int.MaxValue);

    /// <summary>How long a failed message waits for its next delivery.</summary>
    public TimeSpan VisibilityTimeout { get; } = hostJson.Queues.GetValue("visibilityTimeout", TimeSpan.Zero);

    /// <summary>The pause between two polls at first; it grows while there is nothing.</summary>
    public TimeSpan MinPollingInterval { get; } = Shortest;

    public TimeSpan MaxPollingInterval { get; } =
        hostJson.Queues.GetValue("maxPollingInterval", environment.IsDevelopment() ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(1)) is var pause && pause >= Shortest
            ? pause
            : throw new InvalidOperationException($"host.json: extensions.queues.maxPollingInterval is {pause}; it must be {Shortest} at least.");

    /// <summary>The file asks for messages that are not encoded, which the host that is matched does not heed.</summary>
    public bool WantsPlainText { get; } = string.Equals(hostJson.Queues["messageEncoding"], "none", StringComparison.OrdinalIgnoreCase);

    /// <summary>How long a message that is being worked on is hidden; renewed at half of it.</summary>
    public TimeSpan MessageLease { get; } = configuration.GetValue(MessageLeaseSetting, TimeSpan.FromMinutes(10));

    private static int Within(HostJson hostJson, string key, int fallback, int least, int most)
        => hostJson.Queues.GetValue(key, fallback) is var value && value >= least && value <= most
            ? value
            : throw new InvalidOperationException($"host.json: extensions.queues.{key} is {value}; it must be from {least} to {most}.");
}
