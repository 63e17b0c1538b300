using System.Globalization;
using System.Text.Json;
using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;

/// <summary>One request to a management address: reads it, asks the hub, answers.</summary>
internal sealed class ManagementCall(HttpContext context, DurableHost host, ManagementLinks links)
{
    private const string InvalidJson = "Invalid JSON content";

    private readonly DurableTaskClient _client = host.ManagementClient;

    /// <summary>Whether the query names no other hub or connection than the one that is served here.</summary>
    public bool IsForThisHub => Names(Query("taskHub"), _client.Name) && Names(Query("connection"), host.ConnectionName);

    private CancellationToken Aborted => context.RequestAborted;

    public async Task StartAsync(string name, string? instanceId)
    {
        JsonElement? input;
        try
        {
            input = await BodyAsync();
        }
        catch (JsonException exception)
        {
            await AnswerAsync(StatusCodes.Status400BadRequest, JsonError(exception));
            return;
        }

        try
        {
            await AnswerStartedAsync(await _client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId), Aborted));
        }
        catch (OrchestrationAlreadyExistsException)
        {
            var status = (await _client.GetInstanceAsync(instanceId!, Aborted))?.RuntimeStatus;
            await AnswerAsync(StatusCodes.Status409Conflict, new ErrorAnswer($"An Orchestration instance with the status {status} already exists."));
        }
        catch (ArgumentException exception)
        {
            await AnswerAsync(StatusCodes.Status400BadRequest, new ErrorAnswer(exception.Message));
        }
    }

    public async Task RestartAsync(string instanceId)
    {
        var old = await _client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, Aborted);
        if (old is null)
        {
            await AnswerAsync(StatusCodes.Status400BadRequest, new ErrorAnswer("InstanceId does not match a valid orchestration instance."));
            return;
        }

        try
        {
            var options = new StartOrchestrationOptions(Flag("restartWithNewInstanceId", otherwise: true) ? null : instanceId);
            await AnswerStartedAsync(await _client.ScheduleNewOrchestrationInstanceAsync(old.Name, Answers.Token(old.SerializedInput), options, Aborted));
        }
        catch (OrchestrationAlreadyExistsException exception)
        {
            await AnswerAsync(StatusCodes.Status409Conflict, Error("A non-terminal instance with this instance ID already exists.", exception));
        }
    }

    public async Task ShowAsync(string instanceId)
    {
        if (await _client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, Aborted) is { } instance) await ShowAsync(instance);
        else await NotFoundAsync();
    }

    public async Task ListAsync()
    {
        var query = new OrchestrationQuery(
            Time("createdTimeFrom"), Time("createdTimeTo"), Statuses(), InstanceIdPrefix: Query("instanceIdPrefix"), FetchInputsAndOutputs: true);
        var showInput = Flag("showInput", otherwise: true);
        var found = new List<StatusAnswer>();
        await foreach (var instance in _client.GetAllInstancesAsync(query).WithCancellation(Aborted)) found.Add(StatusAnswer.Of(instance, showInput));
        await AnswerAsync(StatusCodes.Status200OK, found);
    }

    public Task TerminateAsync(string instanceId) => IfRunningAsync(instanceId, () =>
        _client.TerminateInstanceAsync(instanceId, Query("reason"), Aborted));

    public Task SuspendAsync(string instanceId) => IfRunningAsync(instanceId, () =>
        _client.SuspendInstanceAsync(instanceId, Query("reason"), Aborted));

    public Task ResumeAsync(string instanceId) => IfRunningAsync(instanceId, () =>
        _client.ResumeInstanceAsync(instanceId, Query("reason"), Aborted));

    public async Task RewindAsync(string instanceId)
    {
        if (await _client.GetInstanceAsync(instanceId, Aborted) is not { } instance)
        {
            await NotFoundAsync();
        }
        else if (instance.RuntimeStatus is not OrchestrationRuntimeStatus.Failed)
        {
            await AnswerAsync(
                StatusCodes.Status412PreconditionFailed,
                $"This orchestration has status {instance.RuntimeStatus}, but only orchestrations in the \"Failed\" state can be rewound.");
        }
        else
        {
            throw new NotSupportedException("The embedded durable engine does not rewind orchestrations.");
        }
    }

    public Task RaiseEventAsync(string instanceId, string name) => IfRunningAsync(instanceId, async () =>
    {
        if (!IsJson())
        {
            await AnswerAsync(StatusCodes.Status400BadRequest, new ErrorAnswer("Only application/json request content is supported"));
            return;
        }

        try
        {
            await _client.RaiseEventAsync(instanceId, name, await BodyAsync(), Aborted);
        }
        catch (JsonException exception)
        {
            await AnswerAsync(StatusCodes.Status400BadRequest, JsonError(exception));
        }
    });

    public async Task PurgeAsync(string instanceId)
    {
        if (await _client.GetInstanceAsync(instanceId, Aborted) is { IsCompleted: false } running)
        {
            await AnswerAsync(
                StatusCodes.Status412PreconditionFailed,
                $"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID {instanceId} has status {running.RuntimeStatus}");
            return;
        }

        await AnswerPurgedAsync(await _client.PurgeInstanceAsync(instanceId, Aborted));
    }

    /// <summary>
    /// Only what has ended is deleted. The genuine extension reads a status that no ended instance has, or that it does not know, as
    /// "any", and deletes whatever lies in the time window.
    /// </summary>
    public async Task PurgeMatchingAsync()
    {
        if (Time("createdTimeFrom") is not { } from)
        {
            await AnswerAsync(StatusCodes.Status400BadRequest, "Please provide value for 'createdTimeFrom' parameter.");
            return;
        }

        var statuses = Statuses() ?? (Query("runtimeStatus") is null ? null : []);
        var filter = new PurgeInstancesFilter(from, Time("createdTimeTo") ?? DateTimeOffset.UtcNow, statuses);
        await AnswerPurgedAsync(await _client.PurgeAllInstancesAsync(filter, Aborted));
    }

    public Task NotFoundAsync() => AnswerAsync(StatusCodes.Status404NotFound);

    public Task AnswerAsync(int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    public Task AnswerAsync<T>(int status, T body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(body, Answers.Json, Aborted);
    }

    public static ErrorAnswer Error(string message, Exception exception) => new(message, exception.Message, exception.GetType().FullName);

    // The type that callers of the genuine extension find there.
    private static ErrorAnswer JsonError(JsonException exception) => new(InvalidJson, exception.Message, "Newtonsoft.Json.JsonReaderException");

    /// <summary>Does something to an instance that has not ended, unless doing it has answered already.</summary>
    private async Task IfRunningAsync(string instanceId, Func<Task> action)
    {
        switch (await _client.GetInstanceAsync(instanceId, Aborted))
        {
            case null:
                await NotFoundAsync();
                break;
            case { IsCompleted: true }:
                await AnswerAsync(StatusCodes.Status410Gone);
                break;
            default:
                await action();
                if (!context.Response.HasStarted) await AnswerAsync(StatusCodes.Status202Accepted);
                break;
        }
    }

    private async Task AnswerStartedAsync(string instanceId)
    {
        if (Seconds("timeout") is { } timeout && Seconds("pollingInterval") is not null && await EndOfAsync(instanceId, timeout) is { } ended)
        {
            if (ended.RuntimeStatus is OrchestrationRuntimeStatus.Completed) await AnswerAsync(StatusCodes.Status200OK, Answers.Token(ended.SerializedOutput));
            else await ShowAsync(ended);
            return;
        }

        var origin = $"{context.Request.Scheme}://{context.Request.Host}";
        var answer = links.ForCaller(instanceId, origin, _client.Name, host.ConnectionName);
        context.Response.Headers.Location = answer.StatusQueryGetUri;
        context.Response.Headers.RetryAfter = "10";
        await AnswerAsync(StatusCodes.Status202Accepted, answer);
    }

    private async Task<OrchestrationMetadata?> EndOfAsync(string instanceId, TimeSpan timeout)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Aborted);
        limit.CancelAfter(timeout);
        try
        {
            return await _client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, limit.Token);
        }
        catch (OperationCanceledException) when (!Aborted.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task ShowAsync(OrchestrationMetadata instance)
    {
        var showInput = Flag("showInput", otherwise: true);
        var history = Flag("showHistory") && await host.Hub.Store.LoadAsync(instance.InstanceId, Aborted) is { } state
            ? new HistoryAnswer(state, showInput, Flag("showHistoryOutput")).Events()
            : null;
        var status = instance switch
        {
            { IsCompleted: false } => StatusCodes.Status202Accepted,
            { RuntimeStatus: OrchestrationRuntimeStatus.Failed } when Flag("returnInternalServerErrorOnFailure") => StatusCodes.Status500InternalServerError,
            _ => StatusCodes.Status200OK,
        };
        if (status == StatusCodes.Status202Accepted)
        {
            context.Response.Headers.Location = context.Request.GetEncodedUrl();
            context.Response.Headers.RetryAfter = "5";
        }

        await AnswerAsync(status, StatusAnswer.Of(instance, showInput, history));
    }

    private Task AnswerPurgedAsync(PurgeResult result) => result.PurgedInstanceCount == 0
        ? NotFoundAsync()
        : AnswerAsync(StatusCodes.Status200OK, new { instancesDeleted = result.PurgedInstanceCount });

    private async Task<JsonElement?> BodyAsync()
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, Aborted);
        if (body.Length == 0) return null;
        body.Position = 0;
        using var document = await JsonDocument.ParseAsync(body, cancellationToken: Aborted);
        return document.RootElement.Clone();
    }

    private bool IsJson() =>
        string.Equals(context.Request.ContentType?.Split(';')[0].Trim(), "application/json", StringComparison.OrdinalIgnoreCase);

    private static bool Names(string? given, string own) =>
        string.IsNullOrWhiteSpace(given) || string.Equals(given, own, StringComparison.OrdinalIgnoreCase);

    private string? Query(string name) => context.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    private bool Flag(string name, bool otherwise = false) => bool.TryParse(Query(name), out var value) ? value : otherwise;

    private TimeSpan? Seconds(string name) =>
        double.TryParse(Query(name), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParse(Query(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Null where none is given that is one.</summary>
    private OrchestrationRuntimeStatus[]? Statuses()
    {
        var statuses = (Query("runtimeStatus") ?? "").Split(',', StringSplitOptions.TrimEntries)
            .Select(text => Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status) ? status : (OrchestrationRuntimeStatus?)null)
            .OfType<OrchestrationRuntimeStatus>()
            .ToArray();
        return statuses.Length == 0 ? null : statuses;
    }
}
