using System.Diagnostics;
using System.Net;
using Azure.Storage.Queues;
using SyncFunctions.ProbeApp;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Benchmarks;

/// <param name="MessagesTwice">Messages that were handled more than once.</param>
/// <param name="ActivitiesTwice">Activities that were run to their end more than once.</param>
/// <param name="Losses">What is missing or wrong, a sentence each.</param>
internal sealed record KillsFound(int Orchestrations, int Activities, int Messages, int MessagesTwice, int ActivitiesTwice, IReadOnlyList<string> Losses);

/// <summary>Starts orchestrations and sends messages as callers do who repeat what got no answer, and looks at the end what came of them.</summary>
internal sealed class KillsFlow(KilledApp app, string connectionString)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly QueueClient _work = Queue(connectionString, app.Queue);
    private readonly QueueClient _mix = Queue(connectionString, $"{app.Queue}-mix");
    private int _messages;

    public int Chains { get; private set; }

    public int Mixes { get; private set; }

    public async Task SendUntilAsync(Func<bool> isOver, CancellationToken cancellation)
    {
        await _work.CreateIfNotExistsAsync(cancellationToken: cancellation);
        await _mix.CreateIfNotExistsAsync(cancellationToken: cancellation);
        while (!isOver())
        {
            await StartChainAsync($"chain-{Chains++}", cancellation);
            await _mix.SendMessageAsync($"mix-{Mixes++}", cancellation);
            await _work.SendMessageAsync($"message-{_messages++} {_messages % 5 * 100}", cancellation);
            await Task.Delay(Pause, cancellation);
        }
    }

    public async Task<KillsFound> CheckAsync(CancellationToken cancellation)
    {
        var losses = new List<string>();
        var clock = Stopwatch.StartNew();
        IEnumerable<(string Id, string Result)> orchestrations =
        [
            .. Enumerable.Range(0, Chains).Select(i => ($"chain-{i}", "Completed 6")),
            .. Enumerable.Range(0, Mixes).Select(i => ($"mix-{i}", $"Completed {Mix.Result}")),
        ];
        foreach (var (id, result) in orchestrations)
        {
            string? status;
            while ((status = await StatusAsync(id, cancellation)) != result && clock.Elapsed < Patience) await Task.Delay(Pause, cancellation);
            if (status != result) losses.Add($"{id} is '{status ?? "unknown"}', not '{result}'");
        }

        while (clock.Elapsed < Patience && await CountAsync(_work) + await CountAsync(_mix) > 0) await Task.Delay(Pause, cancellation);
        var lines = ProbeProcess.ReadJournal(app.Journal).Where(line => line.Text.StartsWith("ended ", StringComparison.Ordinal)).ToList();
        var handled = lines.Where(line => line.Function is "Work" or "StartMix").CountBy(line => line.Text.Split(' ')[1]).ToDictionary();
        var activities = lines.Where(line => line.Function == "Step").CountBy(line => line.Text).ToDictionary();
        string[] messages = [.. Enumerable.Range(0, _messages).Select(i => $"message-{i}"), .. Enumerable.Range(0, Mixes).Select(i => $"mix-{i}")];
        losses.AddRange(messages.Where(message => !handled.ContainsKey(message)).Select(message => $"the message '{message}' was not handled"));
        return new KillsFound(
            Chains + Mixes, activities.Count, messages.Length, handled.Values.Count(times => times > 1), activities.Values.Count(times => times > 1), losses);
    }

    private async Task StartChainAsync(string id, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (await StatusAsync(id, cancellation) is not null) return;
                using var answer = await app.Client.PostAsync($"/api/chains/{id}?steps=3&wait=50", null, cancellation);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception exception) when (WasKilled(exception, cancellation))
            {
                // Killed over it: whether it was started is asked of the next process.
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Null where there is no such orchestration.</summary>
    private async Task<string?> StatusAsync(string id, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var answer = await app.Client.GetAsync($"/api/chains/{id}", cancellation);
                if (answer.StatusCode is HttpStatusCode.NotFound) return null;
                if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsStringAsync(cancellation);
            }
            catch (Exception exception) when (WasKilled(exception, cancellation))
            {
                // The next process answers.
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    // The client of a dead process is disposed of, perhaps under a call.
    private static bool WasKilled(Exception exception, CancellationToken cancellation) =>
        exception is HttpRequestException or ObjectDisposedException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested);

    private static async Task<int> CountAsync(QueueClient queue) => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;

    private static QueueClient Queue(string connectionString, string name) =>
        new(connectionString, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
}
