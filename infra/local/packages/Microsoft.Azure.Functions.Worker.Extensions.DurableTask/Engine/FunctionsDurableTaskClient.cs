using System.Text;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The client of a hub that this process may also work for. It bears the genuine client's name, which is in its messages.</summary>
internal sealed class FunctionsDurableTaskClient(TaskHub hub) : DurableTaskClient(hub.Options.HubName)
{
    /// <summary>Bytes of the longest message that the genuine client takes from its host.</summary>
    private const int LongestAnswer = 4 * 1024 * 1024;

    private static readonly OrchestrationRuntimeStatus[] EndedStatuses =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Whether an instance of any length can be read. A function's client cannot; what answers over HTTP can.</summary>
    public bool TakesLongAnswers { get; init; }

    /// <summary>Where its orchestrations are managed over HTTP; null outside a host.</summary>
    public ManagementLinks? Links { get; init; }

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        Refuse.Entity(options?.InstanceId);
        Refuse.Version(options?.Version?.Version);
        var instanceId = options?.InstanceId is { Length: > 0 } id ? id : Guid.NewGuid().ToString("N");
        if (!Keys.CanHold(instanceId))
        {
            throw Refused(
                StatusCode.Internal,
                $"Failed to start instance with ID {instanceId}.\nInner Exception message: An error occurred while communicating with Azure Storage.");
        }

        var start = new NewInstance(instanceId, orchestratorName.Name, hub.Converter.Serialize(input))
        {
            StartAt = options?.StartAt,
            Tags = options?.Tags ?? new Dictionary<string, string>(),
            RefuseWhen = [.. (options?.DedupeStatuses ?? []).Select(StatusOf)],
        };
        var refused = await hub.WithAsync(instanceId, instance => instance.StartAsync(start, cancellation), cancellation);
        return refused is null ? instanceId : throw new OrchestrationAlreadyExistsException(refused);
    }

    public override async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        Refuse.Empty(instanceId);
        Refuse.Empty(eventName);
        Refuse.Entity(instanceId);
        var message = new EventMessage($"{hub.Now.Ticks:D19}|{Guid.NewGuid():N}", hub.Now, eventName, hub.Converter.Serialize(eventPayload));
        switch (await hub.WithAsync(instanceId, instance => instance.DeliverAsync(message, cancellation), cancellation))
        {
            case Delivery.NoInstance:
                throw Refused(StatusCode.NotFound, NoInstance(instanceId));
            case Delivery.Ended:
                throw Refused(StatusCode.FailedPrecondition, "The orchestration instance with the provided instance id is not running.");
        }
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, head => head.Status is not OrchestrationRuntimeStatus.Pending, nameof(WaitForInstanceStartAsync), cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, head => head.IsEnded, nameof(WaitForInstanceCompletionAsync), cancellation);

    /// <summary>Recursive is taken and does nothing, as with the genuine engine: children go on.</summary>
    public override async Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Refuse.Empty(instanceId);
        Refuse.Entity(instanceId);
        var output = hub.Converter.Serialize(options?.Output);
        var (result, status) = await hub.WithAsync(instanceId, instance => instance.TerminateAsync(output, cancellation), cancellation);
        switch (result)
        {
            case Delivery.NoInstance:
                throw Refused(StatusCode.NotFound, $"{nameof(ArgumentException)}: {NoInstance(instanceId)}");
            case Delivery.Ended:
                throw Refused(
                    StatusCode.FailedPrecondition,
                    $"{nameof(InvalidOperationException)}: Cannot terminate the orchestration instance {instanceId} because instance is in the {status} state.");
        }
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException(
            "The embedded durable engine does not suspend orchestrations: no app of this repository needs it. Let the orchestrator wait for an event instead.");

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException("The embedded durable engine does not suspend orchestrations, so there is none to resume.");

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        Refuse.Entity(instanceId);
        if (string.IsNullOrEmpty(instanceId)) throw new ArgumentNullException(nameof(instanceId));
        await hub.EnsureTablesAsync(cancellation);
        return await hub.Store.GetHeadAsync(instanceId, cancellation) is { } head ? await DescribeAsync(head, getInputsAndOutputs, cancellation) : null;
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        Refuse.Entity(filter?.InstanceIdPrefix);
        return Pageable.Create(async (token, size, cancellation) =>
        {
            await hub.EnsureTablesAsync(cancellation);
            var (heads, next) = await hub.Store.ListAsync(query, token ?? query.ContinuationToken, size ?? query.PageSize, cancellation);
            var instances = new List<OrchestrationMetadata>(heads.Count);
            foreach (var head in heads) instances.Add(await ListedAsync(head, query.FetchInputsAndOutputs, cancellation));
            return new Page<OrchestrationMetadata>(instances, next);
        });
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Refuse.Empty(instanceId);
        return new PurgeResult(await hub.WithAsync(instanceId, instance => instance.PurgeAsync(cancellation), cancellation) ? 1 : 0);
    }

    /// <summary>Only what has ended. The genuine engine deletes running instances too, and everything when asked for a status that is not an ended one.</summary>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.Timeout <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Timeout, "PurgeInstancesFilter.Timeout must be a positive TimeSpan.");
        var until = filter.Timeout is { } timeout ? hub.Now + timeout : DateTimeOffset.MaxValue;
        var statuses = filter.Statuses?.Intersect(EndedStatuses).ToArray() ?? EndedStatuses;
        if (statuses.Length == 0) return new PurgeResult(0);

        var count = 0;
        await foreach (var instance in GetAllInstancesAsync(new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, statuses)).WithCancellation(cancellation))
        {
            if (hub.Now >= until) return new PurgeResult(count, isComplete: false);
            count += (await PurgeInstanceAsync(instance.InstanceId, options, cancellation)).PurgedInstanceCount;
        }

        return new PurgeResult(count, filter.Timeout is null ? null : true);
    }

    /// <summary>The hub outlives its clients.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static RpcException Refused(StatusCode code, string detail) => new(new Status(code, detail));

    private static OrchestrationRuntimeStatus StatusOf(string text) => Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status)
        ? status
        : throw new ArgumentException($"Invalid orchestration runtime status: '{text}' for deduplication.", paramName: null);

    private static string NoInstance(string instanceId) => $"No instance with ID '{instanceId}' was found. (Parameter 'instanceId')";

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, bool getInputsAndOutputs, Func<Head, bool> isThere, string operation, CancellationToken cancellation)
    {
        Refuse.Empty(instanceId);
        Refuse.Entity(instanceId);
        using var limit = new CancellationTokenSource(hub.Options.LongestWait);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var either = linked.Token;
        try
        {
            await hub.EnsureTablesAsync(either);
            while (true)
            {
                var change = hub.NextChange(instanceId);
                if (await hub.Store.GetHeadAsync(instanceId, either) is { } head && isThere(head))
                    return await DescribeAsync(head, getInputsAndOutputs, either);
                await hub.WaitForChangeAsync(change, either);
                either.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            var call = Refused(StatusCode.Cancelled, "Call canceled by the client.");
            throw new OperationCanceledException($"The {operation} operation was canceled.", call, cancellation);
        }
        finally
        {
            // Nobody is left who takes the next change out of the list.
            hub.Changed(instanceId);
        }
    }

    private async Task<OrchestrationMetadata> DescribeAsync(Head head, bool withTexts, CancellationToken cancellation)
    {
        if (!withTexts) return Describe(head, isReadable: false, null, null, null);
        var (input, output) = (await hub.Store.GetInputAsync(head, cancellation), await hub.Store.GetOutputAsync(head, cancellation));
        if (!TakesLongAnswers && LengthOf(input) + LengthOf(output) + LengthOf(head.CustomStatus) > LongestAnswer)
            throw Refused(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size.");
        return Describe(head, isReadable: true, input, output, head.CustomStatus);

        static int LengthOf(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
    }

    /// <summary>A query shows outputs and custom statuses even where nobody asked for them, as the genuine one does.</summary>
    private async Task<OrchestrationMetadata> ListedAsync(Head head, bool withTexts, CancellationToken cancellation) => Describe(
        head,
        withTexts,
        withTexts ? await hub.Store.GetInputAsync(head, cancellation) : null,
        await hub.Store.GetOutputAsync(head, cancellation),
        head.CustomStatus);

    private OrchestrationMetadata Describe(Head head, bool isReadable, string? input, string? output, string? customStatus) => new(head.Name, head.InstanceId)
    {
        RuntimeStatus = head.Status,
        CreatedAt = head.CreatedAt,
        LastUpdatedAt = head.UpdatedAt,
        SerializedInput = input,
        SerializedOutput = output,
        SerializedCustomStatus = customStatus,
        Tags = head.Tags,
        DataConverter = isReadable ? hub.Converter : null,
    };
}
