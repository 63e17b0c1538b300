using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>The client of a hub that this process may also work for.</summary>
internal sealed class HubClient(TaskHub hub) : DurableTaskClient(hub.Options.HubName)
{
    /// <summary>The genuine client waits no longer either, whatever its caller's token allows: it asks over HTTP.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(100);

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var instanceId = options?.InstanceId is { Length: > 0 } id ? id : Guid.NewGuid().ToString("N");
        if (instanceId[0] == '@')
        {
            throw new ArgumentException(
                "Instance IDs starting with '@' are reserved for entities, and must not be used for orchestrations, when entity support is enabled.",
                nameof(options));
        }

        var start = new NewInstance(instanceId, orchestratorName.Name, hub.Converter.Serialize(input))
        {
            StartAt = options?.StartAt,
            Version = options?.Version is { } version ? version.Version : "",
            Tags = options?.Tags ?? new Dictionary<string, string>(),
            RefuseWhen = [.. (options?.DedupeStatuses ?? []).Select(status => Enum.Parse<OrchestrationRuntimeStatus>(status, ignoreCase: true))],
        };
        var refused = await hub.WithAsync(instanceId, instance => instance.StartAsync(start, cancellation), cancellation);
        return refused is null ? instanceId : throw new OrchestrationAlreadyExistsException(refused);
    }

    public override async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        Require(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var message = new EventMessage($"{hub.Now.Ticks:D19}|{Guid.NewGuid():N}", hub.Now, eventName, hub.Converter.Serialize(eventPayload));
        switch (await hub.WithAsync(instanceId, instance => instance.DeliverAsync(message, cancellation), cancellation))
        {
            case Delivery.NoInstance:
                throw new ArgumentException($"No instance with ID '{instanceId}' was found.", nameof(instanceId));
            case Delivery.Ended:
                throw new InvalidOperationException("The orchestration instance with the provided instance id is not running.");
        }
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, head => head.Status is not OrchestrationRuntimeStatus.Pending, nameof(WaitForInstanceStartAsync), cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, head => head.IsEnded, nameof(WaitForInstanceCompletionAsync), cancellation);

    public override async Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Require(instanceId);
        var output = hub.Converter.Serialize(options?.Output);
        var (result, status) = await hub.WithAsync(instanceId, instance => instance.TerminateAsync(output, cancellation), cancellation);
        switch (result)
        {
            case Delivery.NoInstance:
                throw new ArgumentException($"No instance with ID '{instanceId}' was found.", nameof(instanceId));
            case Delivery.Ended:
                throw new InvalidOperationException($"Cannot terminate the orchestration instance {instanceId} because instance is in the {status} state.");
        }
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException("The embedded durable engine does not suspend orchestrations.");

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException("The embedded durable engine does not suspend orchestrations, so there is none to resume.");

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        Require(instanceId);
        await hub.EnsureTablesAsync(cancellation);
        return await hub.Store.GetHeadAsync(instanceId, cancellation) is { } head ? await DescribeAsync(head, getInputsAndOutputs, cancellation) : null;
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        return Pageable.Create(async (token, size, cancellation) =>
        {
            await hub.EnsureTablesAsync(cancellation);
            var (heads, next) = await hub.Store.ListAsync(query, token ?? query.ContinuationToken, size ?? query.PageSize, cancellation);
            var instances = new List<OrchestrationMetadata>(heads.Count);
            foreach (var head in heads) instances.Add(await DescribeAsync(head, query.FetchInputsAndOutputs, cancellation));
            return new Page<OrchestrationMetadata>(instances, next);
        });
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Require(instanceId);
        return new PurgeResult(await hub.WithAsync(instanceId, instance => instance.PurgeAsync(cancellation), cancellation) ? 1 : 0);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        OrchestrationRuntimeStatus[] ended = [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];
        var statuses = filter.Statuses?.Intersect(ended).ToArray() ?? ended;
        if (statuses.Length == 0) return new PurgeResult(0);

        var count = 0;
        await foreach (var instance in GetAllInstancesAsync(new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, statuses)).WithCancellation(cancellation))
            count += (await PurgeInstanceAsync(instance.InstanceId, options, cancellation)).PurgedInstanceCount;
        return new PurgeResult(count);
    }

    /// <summary>The hub outlives its clients.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Require(string instanceId)
    {
        if (string.IsNullOrEmpty(instanceId) || instanceId[0] == '\0')
            throw new ArgumentException("Parameter cannot be an empty string or start with the null character.", nameof(instanceId));
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, bool getInputsAndOutputs, Func<Head, bool> isThere, string operation, CancellationToken cancellation)
    {
        Require(instanceId);
        using var limit = new CancellationTokenSource(LongestWait);
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
        catch (OperationCanceledException exception) when (either.IsCancellationRequested)
        {
            throw new OperationCanceledException($"The {operation} operation was canceled.", exception, cancellation);
        }
        finally
        {
            // Nobody is left who takes the next change out of the list.
            hub.Changed(instanceId);
        }
    }

    private async Task<OrchestrationMetadata> DescribeAsync(Head head, bool withTexts, CancellationToken cancellation)
    {
        var (input, outcome) = withTexts ? await hub.Store.GetLongTextsAsync(head, cancellation) : (null, new Outcome(null, null));
        return new OrchestrationMetadata(head.Name, head.InstanceId)
        {
            RuntimeStatus = head.Status,
            CreatedAt = head.CreatedAt,
            LastUpdatedAt = head.UpdatedAt,
            SerializedInput = input,
            SerializedOutput = outcome.Output,
            SerializedCustomStatus = withTexts ? head.CustomStatus : null,
            Tags = head.Tags,
            DataConverter = withTexts ? hub.Converter : null,
        };
    }
}
