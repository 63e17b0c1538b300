using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The section <c>extensions.queues</c> of host.json.</summary>
internal sealed class QueueSettings(HostJson hostJson, IConfiguration configuration, IHostEnvironment environment)
{
    /// <summary>The setting for how long a message stays hidden when the process dies over it; ten minutes as with the genuine host.</summary>
    public const string MessageLeaseSetting = "EmbeddedHost:MessageLease";

    /// <summary>Messages asked for at once.</summary>
    public int BatchSize { get; } = Math.Clamp(hostJson.Queues.GetValue("batchSize", 16), 1, 32);

    /// <summary>More are asked for when this many or fewer are being worked on.</summary>
    public int NewBatchThreshold { get; } = hostJson.Queues.GetValue("newBatchThreshold", hostJson.Queues.GetValue("batchSize", 16) / 2 * Environment.ProcessorCount);

    /// <summary>Deliveries before a message is moved to the poison queue.</summary>
    public int MaxDequeueCount { get; } = hostJson.Queues.GetValue("maxDequeueCount", 5);

    /// <summary>How long a failed message waits for its next delivery.</summary>
    public TimeSpan VisibilityTimeout { get; } = hostJson.Queues.GetValue("visibilityTimeout", TimeSpan.Zero);

    public TimeSpan MinPollingInterval { get; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxPollingInterval { get; } = hostJson.Queues.GetValue(
        "maxPollingInterval", environment.IsDevelopment() ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(1));

    /// <summary>The file asks for messages that are not encoded, which the host that is matched does not heed.</summary>
    public bool WantsPlainText { get; } = string.Equals(hostJson.Queues["messageEncoding"], "none", StringComparison.OrdinalIgnoreCase);

    /// <summary>How long a message that is being worked on is hidden; renewed at half of it.</summary>
    public TimeSpan MessageLease { get; } = configuration.GetValue(MessageLeaseSetting, TimeSpan.FromMinutes(10));
}
