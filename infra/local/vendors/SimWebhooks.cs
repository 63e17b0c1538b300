using System.Diagnostics;
using System.Net.Http.Headers;

namespace SyncFunctions.Vendors;

internal enum SimAction
{
    Added,
    Updated,
    Deleted,
}

/// <summary>Something that happened to a record.</summary>
/// <param name="Record">As it is now; as it was, where it was deleted.</param>
/// <param name="By">Whoever did it by the API; null is a person on the vendor's own pages, or the vendor itself.</param>
internal sealed record SimChange(SimAccount Account, SimRecord Record, SimAction Action, string? By)
{
    /// <summary>As it was before, where it was edited.</summary>
    public SimRecord? Before { get; init; }
}

/// <summary>One thing that is told to one subscriber, in as many attempts as it takes.</summary>
/// <param name="Subscription">The vendor's id of what asked for it.</param>
internal sealed record SimDelivery(SimAccount Account, string Subscription, Uri Address, ReadOnlyMemory<byte> Body)
{
    /// <summary>The same in every attempt.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString("N");

    public string MediaType { get; init; } = "application/json";
}

/// <summary>How a vendor tells of changes.</summary>
internal sealed record SimWebhookRules
{
    /// <summary>What is sent where for a change. Asked while the account's gate is held, so that the body is that of the change.</summary>
    public required Func<SimChange, IEnumerable<SimDelivery>> Tell { get; init; }

    /// <summary>The headers of an attempt at this time, its signature among them.</summary>
    public required Func<SimDelivery, DateTimeOffset, IEnumerable<(string Name, string Value)>> Headers { get; init; }

    /// <summary>How long after an attempt the next is made: by its status (0: no answer) and the number of attempts so far. Null: no more.</summary>
    public required Func<int, int, TimeSpan?> Retry { get; init; }

    /// <summary>A subscriber that has not answered for so long has failed.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>What the vendor does when it makes no further attempt, with the last status.</summary>
    public Action<SimDelivery, int>? Ended { get; init; }
}

/// <summary>What goes wrong between the vendor and its subscribers: <c>PUT _sim/webhooks</c>.</summary>
internal sealed record SimWebhookFaults
{
    /// <summary>How many of 1 are never sent.</summary>
    public double Lose { get; init; }

    /// <summary>How many of 1 are sent twice.</summary>
    public double Double { get; init; }

    /// <summary>How many of 1 are held back, so that later ones overtake them.</summary>
    public double Reorder { get; init; }

    /// <summary>The longest that one is held back.</summary>
    public int ReorderMs { get; init; } = 500;

    /// <summary>How late all are.</summary>
    public int DelayMs { get; init; }

    /// <summary>How much of the time between two attempts is really waited.</summary>
    public double WaitFactor { get; init; } = 1;

    public int? Seed { get; init; }
}

/// <summary>Sends what happens at a vendor to those who asked for it. What is under way when the vendor stops is lost.</summary>
internal sealed class SimWebhooks(SimSystem system) : IDisposable
{
    private const int AtOnce = 64;
    private const int Remembered = 1000;
    private const int TimesKept = 1_000_000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _free = new(AtOnce);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Attempt> _recent = new();
    private readonly List<double> _took = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private SimWebhookFaults _faults = new();
    private Random _random = new();
    private Counts _counts = new();
    private int _generation;

    /// <summary>Told of every change, while the account's gate is held.</summary>
    public void Announce(SimChange change)
    {
        if (system.Definition.Webhooks is not { } rules)
            return;
        foreach (var delivery in rules.Tell(change))
        {
            foreach (var wait in Waits())
                _ = DeliverAsync(rules, delivery, wait, _generation);
        }
    }

    /// <summary>Asks a subscriber whether it wants to be told, as some vendors do before they tell anything.</summary>
    /// <returns>Status 0 where nobody answers.</returns>
    public async Task<(int Status, ILookup<string, string> Headers)> AskAsync(HttpMethod method, Uri address, TimeSpan timeOut, params (string Name, string Value)[] headers)
    {
        try
        {
            using var limit = new CancellationTokenSource(timeOut, system.Options.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, limit.Token);
            using var request = new HttpRequestMessage(method, address);
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return ((int)response.StatusCode, response.Headers.Concat(response.Content.Headers)
                .SelectMany(header => header.Value.Select(value => (header.Key, value))).ToLookup(pair => pair.Key, pair => pair.value, StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return (0, Array.Empty<string>().ToLookup(name => name));
        }
    }

    public void Set(SimWebhookFaults faults)
    {
        lock (_gate)
        {
            _faults = faults;
            _random = faults.Seed is { } seed ? new Random(seed) : new Random();
        }
    }

    /// <summary>Counts since the last reset, what is still under way, how long answers took, and the last attempts.</summary>
    public SimJson Show()
    {
        lock (_gate)
        {
            var took = _took.Order().ToList();
            return SimJson.Of(200, new
            {
                Faults = _faults,
                _counts.Made,
                _counts.Lost,
                _counts.Doubled,
                _counts.Delivered,
                _counts.GivenUp,
                _counts.UnderWay,
                TookMs = new { P50 = Of(0.5), P95 = Of(0.95), P99 = Of(0.99), Max = Of(1) },
                Attempts = _recent,
            });

            double Of(double part) => took.Count == 0 ? 0 : Math.Round(took[(int)Math.Ceiling(part * took.Count) - 1], 1);
        }
    }

    /// <summary>Begins to count anew; what is under way counts when it ends.</summary>
    public void ClearCounts()
    {
        lock (_gate)
        {
            _counts = new Counts { UnderWay = _counts.UnderWay };
            _took.Clear();
            _recent.Clear();
        }
    }

    /// <summary>As on the first start; what is under way is not sent any more.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _generation++;
            _counts = new Counts();
            _took.Clear();
            _recent.Clear();
        }

        Set(new SimWebhookFaults());
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
    }

    /// <summary>One wait for each copy that is sent; none where it is lost.</summary>
    private List<TimeSpan> Waits()
    {
        lock (_gate)
        {
            _counts.Made++;
            if (_random.NextDouble() < _faults.Lose)
            {
                _counts.Lost++;
                return [];
            }

            var copies = _random.NextDouble() < _faults.Double ? 2 : 1;
            _counts.Doubled += copies - 1;
            _counts.UnderWay += copies;
            return
            [
                .. Enumerable.Range(0, copies).Select(_ => TimeSpan.FromMilliseconds(
                    _faults.DelayMs + (_random.NextDouble() < _faults.Reorder ? _random.NextDouble() * _faults.ReorderMs : 0))),
            ];
        }
    }

    private async Task DeliverAsync(SimWebhookRules rules, SimDelivery delivery, TimeSpan wait, int generation)
    {
        var delivered = false;
        try
        {
            // The one who changed the record holds the gate and must not wait for a subscriber.
            await Task.Yield();
            await Task.Delay(wait, system.Options.Time, _stop.Token);
            for (var attempts = 1; generation == _generation; attempts++)
            {
                var status = await AttemptAsync(rules, delivery);
                Remember(new Attempt(delivery.Id, delivery.Subscription, attempts, status, system.Now));
                delivered = status is >= 200 and < 300;
                if (delivered)
                    return;
                if (rules.Retry(status, attempts) is not { } pause)
                {
                    rules.Ended?.Invoke(delivery, status);
                    return;
                }

                await Task.Delay(pause * _faults.WaitFactor, system.Options.Time, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The vendor stops.
        }
        finally
        {
            Leave(delivered, generation);
        }
    }

    private async Task<int> AttemptAsync(SimWebhookRules rules, SimDelivery delivery)
    {
        var begun = Stopwatch.GetTimestamp();
        await _free.WaitAsync(_stop.Token);
        try
        {
            using var timeOut = new CancellationTokenSource(rules.Timeout, system.Options.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, timeOut.Token);
            using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Address) { Content = new ReadOnlyMemoryContent(delivery.Body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(delivery.MediaType, "utf-8");
            foreach (var (name, value) in rules.Headers(delivery, system.Now))
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (int)response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            return 0;
        }
        finally
        {
            _free.Release();
            lock (_gate)
            {
                if (_took.Count < TimesKept)
                    _took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        }
    }

    private void Remember(Attempt attempt)
    {
        lock (_gate)
        {
            _recent.Enqueue(attempt);
            if (_recent.Count > Remembered)
                _recent.Dequeue();
        }
    }

    private void Leave(bool delivered, int generation)
    {
        lock (_gate)
        {
            if (generation != _generation)
                return;
            _counts.UnderWay--;
            _counts.Delivered += delivered ? 1 : 0;
            _counts.GivenUp += delivered ? 0 : 1;
        }
    }

    private sealed record Attempt(string Id, string Subscription, int Number, int Status, DateTimeOffset At);

    private sealed class Counts
    {
        public int Made { get; set; }

        public int Lost { get; set; }

        public int Doubled { get; set; }

        public int Delivered { get; set; }

        public int GivenUp { get; set; }

        public int UnderWay { get; set; }
    }
}
