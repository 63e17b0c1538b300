using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Polly;
using Polly.Retry;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors;

/// <summary>
/// The one way to a vendor, for all systems: budget, credentials, time-outs, repeats and reports of every attempt.
/// It is the only owner of retries: what it returns as a failure has been tried for as long as waiting in place makes sense.
/// </summary>
public sealed class VendorPipeline
{
    /// <summary>The setting, of every system, that bounds how many calls of a connection, or of an account, are under way at once.</summary>
    public const string ConcurrencySetting = "maxConcurrentCalls";

    /// <summary>The setting, of systems that count by the minute, that bounds how many calls of a connection are made in one; blank for none.</summary>
    public const string PaceSetting = "callsPerMinute";

    internal const int MaxAnswerBytes = 32 * 1024 * 1024;

    private static readonly ResiliencePropertyKey<CallState> StateKey = new("call");

    private readonly HttpClient _http;
    private readonly Random _random;
    private readonly ResiliencePipeline<VendorFailure?> _repeats;

    // A gate stays for the life of the process: some hundred bytes for each connection or account that was ever used.
    private readonly ConcurrentDictionary<(string Of, int Limit), CallGate> _gates = new();

    private readonly ConcurrentDictionary<(TenantId, ConnectionId, int Limit), CallPace> _paces = new();

    /// <param name="http">From <see cref="CreateClient"/>; its own time-out must be infinite.</param>
    /// <param name="time">The clock of waits, time-outs and reports.</param>
    /// <param name="random">For jitter; seeded in tests.</param>
    public VendorPipeline(HttpClient http, TimeProvider time, Random random)
    {
        _http = http;
        _random = random;
        Time = time;
        _repeats = new ResiliencePipelineBuilder<VendorFailure?> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<VendorFailure?>
            {
                MaxRetryAttempts = Backoff.MaxRepeats,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is { } failure && ShouldRepeat(State(args.Context), failure)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(State(args.Context).Delay),
            })
            .Build();
    }

    internal TimeProvider Time { get; }

    /// <summary>The client for vendors: no redirects (a token must not follow one), no cookies, bounded answers.</summary>
    public static HttpClient CreateClient() => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),

            // Our traces are not for vendors.
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.All,
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    /// <summary>Makes a call and reads its answer.</summary>
    /// <param name="dialect">The system's rules.</param>
    /// <param name="scope">Null for calls that fetch a connection's first credentials.</param>
    /// <param name="call">What to call.</param>
    /// <param name="read">Turns a successful answer into a value; throws <see cref="UnexpectedAnswerException"/> where it cannot.</param>
    /// <param name="cancellation">The caller's; the only thing that makes this throw.</param>
    internal async Task<VendorResult<T>> SendAsync<T>(
        VendorDialect dialect, ConnectionScope? scope, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation)
    {
        if (call.Address() is not { } address)
            return new VendorFailure(FailureKind.Misconfigured, $"The address of {dialect.Catalog.DisplayName} in the settings is not an https address.");

        T? value = default;
        var state = new CallState(dialect, scope, call, address, answer => value = read(answer));
        var context = ResilienceContextPool.Shared.Get(cancellation);
        try
        {
            context.Properties.Set(StateKey, state);
            var failure = await _repeats.ExecuteAsync(
                static async (context, pipeline) => await pipeline.AttemptAsync(State(context), context.CancellationToken), context, this);
            return failure is null ? value! : Final(state, failure);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>What a vendor publishes for everybody at an address of its own, such as a key: a few bytes, asked for once and without credentials.</summary>
    /// <returns>Null where it cannot be had in time, or is longer.</returns>
    public async Task<string?> ReadPublishedAsync(Uri address, int maxBytes, TimeSpan timeOut)
    {
        if (!VendorCall.IsPrivate(address)) return null;
        using var limit = new CancellationTokenSource(timeOut, Time);
        try
        {
            using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK) return null;
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            var read = new byte[maxBytes + 1];
            var length = await body.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, limit.Token);
            return length > maxBytes ? null : Encoding.UTF8.GetString(read, 0, length).TrimStart('\uFEFF');
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static CallState State(ResilienceContext context) => context.Properties.GetValue(StateKey, null!);

    private bool ShouldRepeat(CallState state, VendorFailure failure)
    {
        state.Delay = Backoff.Delay(state.Repeats, NextRandom(), failure.Until, Time.GetUtcNow());
        if (!failure.IsPassing
            || (failure.Ambiguous && state.Call.Repeat == Repeat.Once)
            || state.TimeOuts > 1
            || state.Waited + state.Delay > Backoff.Total)
            return false;
        state.Waited += state.Delay;
        state.Repeats++;
        return true;
    }

    /// <summary>A write that may have arrived in any attempt is ambiguous, whatever the last one met.</summary>
    private VendorFailure Final(CallState state, VendorFailure failure)
    {
        if (failure is { IsPassing: true, Until: null } && !(failure.Ambiguous && state.Call.Repeat == Repeat.Once))
            failure = failure with { Until = Time.GetUtcNow() + state.Delay };
        return failure with { Ambiguous = state.MayBeApplied };
    }

    /// <summary>One attempt; two if the vendor refuses the credentials and there are newer ones.</summary>
    private async Task<VendorFailure?> AttemptAsync(CallState state, CancellationToken cancellation)
    {
        if (state.Scope is not { } scope || !state.Call.Authorized)
            return await SendWithinLimitsAsync(state, null, cancellation);

        if (state.Credentials is null)
        {
            if (!(await scope.Credentials.GetAsync(cancellation)).TryGet(out var credentials, out var missing))
                return missing;
            state.Credentials = credentials;
        }

        var failure = await SendWithinLimitsAsync(state, state.Credentials, cancellation);
        if (failure?.Kind != FailureKind.AuthExpired || state.Renewed)
            return failure;

        state.Renewed = true;
        if (!(await scope.Credentials.RenewAsync(state.Credentials, cancellation)).TryGet(out var renewed, out var refused))
            return refused;
        state.Credentials = renewed;
        return await SendWithinLimitsAsync(state, renewed, cancellation);
    }

    private async Task<VendorFailure?> SendWithinLimitsAsync(CallState state, Credentials? credentials, CancellationToken cancellation)
    {
        var gate = state.Scope is { } scope ? Gate(state.Dialect.Catalog, scope) : null;
        if (gate is not null)
            await gate.EnterAsync(cancellation);
        try
        {
            if (state.Scope is not null && await state.Scope.Budget.TakeAsync(cancellation) is { } until)
                return new VendorFailure(FailureKind.RateLimited, $"The call budget of {state.Dialect.Catalog.DisplayName} is used up.", Until: until);

            if (state.Scope is not null && Pace(state.Dialect.Catalog, state.Scope)?.Take(Time.GetUtcNow()) is { } wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, Time, cancellation);

            var at = Time.GetUtcNow();
            var start = Time.GetTimestamp();
            using var span = Span(state);
            var (failure, status) = await SendAsync(state, credentials, cancellation);
            Tell(span, failure, status);
            if (state.Call.IsWrite && failure is { Ambiguous: true })
                state.MayBeApplied = true;
            state.Scope?.Observer?.Invoke(new ApiCall(
                state.Dialect.Catalog.System,
                state.Call.Method.Method,
                state.Address.AbsolutePath,
                status,
                failure?.Kind,
                failure?.Message,
                Time.GetElapsedTime(start),
                at)
            {
                Kind = state.Call.About?.Kind,
                RecordId = state.Call.About?.Id,
            });
            return failure;
        }
        finally
        {
            gate?.Leave();
        }
    }

    /// <summary>Names neither the address nor the record: both may tell of people.</summary>
    private static Activity? Span(CallState state)
    {
        if (SyncTrace.Start("vendor call", ActivityKind.Client) is not { } span) return null;
        return span
            .SetTag("sync.system", state.Dialect.Catalog.System)
            .SetTag("http.request.method", state.Call.Method.Method)
            .SetTag("sync.write", state.Call is { IsWrite: true, Authorized: true });
    }

    private static void Tell(Activity? span, VendorFailure? failure, int? status)
    {
        span?.SetTag("http.response.status_code", status);
        if (failure is not null) span?.SetTag("error.type", failure.Kind.ToString()).SetStatus(ActivityStatusCode.Error);
    }

    private async Task<(VendorFailure? Failure, int? Status)> SendAsync(CallState state, Credentials? credentials, CancellationToken cancellation)
    {
        var (name, call) = (state.Dialect.Catalog.DisplayName, state.Call);
        if (call.IsWrite && state.Scope?.WriteBefore < Time.GetUtcNow())
            return (new VendorFailure(FailureKind.Transient, $"There was not enough time left to write it to {name}."), null);

        // A pasted key may hold what no header can; the client's own message would quote it.
        if (credentials is not null && credentials.AccessToken.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return (new VendorFailure(FailureKind.AuthExpired, $"The token for {name} holds characters that no token has."), null);
        using var timeOut = new CancellationTokenSource(state.Dialect.Catalog.RequestTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeOut.Token);
        HttpResponseMessage response;
        var sentAt = Time.GetUtcNow();
        try
        {
            using var request = Request(state, credentials);
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            state.TimeOuts++;
            return (new VendorFailure(FailureKind.Transient, $"{name} did not answer in time.", Ambiguous: call.IsWrite), null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (Unanswered(name, call, (exception as HttpRequestException)?.HttpRequestError), null);
        }

        using (response)
        {
            state.Scope?.Clock.Answered(response.Headers.Date, sentAt, Time.GetUtcNow());
            var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation)).TrimStart('\uFEFF');
            var answer = new VendorAnswer(response.StatusCode, body, response.Headers.Date ?? Time.GetUtcNow(), RetryAt(response.Headers))
            {
                Total = response.Headers.TryGetValues("X-Total-Count", out var totals)
                    && int.TryParse(totals.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var total) ? total : null,
                Headers = response.Headers.ToImmutableDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            };
            return (Read(state, answer), answer.Code);
        }
    }

    private static HttpRequestMessage Request(CallState state, Credentials? credentials)
    {
        var call = state.Call;
        var request = new HttpRequestMessage(call.Method, state.Address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (call.Form is { } form)
            request.Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        else if (call.Json is { } json)
            request.Content = new StringContent(json.ToJsonString(), Encoding.UTF8, call.JsonType);
        foreach (var (name, value) in call.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (credentials is not null)
            state.Dialect.Authorize(request, credentials, state.Scope!.Settings);
        return request;
    }

    /// <summary>Only errors from before the request went out leave no doubt that it was not applied.</summary>
    private static VendorFailure Unanswered(string name, VendorCall call, HttpRequestError? error) => error switch
    {
        HttpRequestError.NameResolutionError => new(FailureKind.Unavailable, $"The host name of {name} cannot be resolved."),
        HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError => new(FailureKind.Unavailable, $"{name} cannot be reached."),
        HttpRequestError.SecureConnectionError => new(FailureKind.Unavailable, $"A secure connection to {name} cannot be made."),
        HttpRequestError.ConfigurationLimitExceeded =>
            new(FailureKind.Permanent, $"The answer of {name} is larger than {MaxAnswerBytes / 1024 / 1024} MB.", Ambiguous: call.IsWrite),
        _ => new(FailureKind.Transient, $"The connection to {name} broke before the whole answer was there.", Ambiguous: call.IsWrite),
    };

    private static VendorFailure? Read(CallState state, VendorAnswer answer)
    {
        var (name, call) = (state.Dialect.Catalog.DisplayName, state.Call);
        if (state.Dialect.Judge(call, answer) is { } failure)
            return failure with { Ambiguous = failure.Ambiguous && call.IsWrite };
        try
        {
            state.Read(answer.Body.Length == 0 ? answer : answer with { Json = Parse(answer.Body) });
            return null;
        }
        catch (JsonException)
        {
            return new VendorFailure(FailureKind.Transient, $"The answer of {name} is not complete JSON.", answer.Code, Ambiguous: call.IsWrite);
        }
        catch (UnexpectedAnswerException exception)
        {
            return new VendorFailure(FailureKind.Permanent, $"The answer of {name} is not as expected: {exception.Message}", answer.Code, Ambiguous: call.IsWrite);
        }
    }

    private static JsonElement Parse(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>Retry-After in seconds or as a date; a date is taken relative to the vendor's own clock.</summary>
    private DateTimeOffset? RetryAt(HttpResponseHeaders headers)
    {
        var now = Time.GetUtcNow();
        return headers.RetryAfter switch
        {
            { Delta: { } wait } => now + wait,
            { Date: { } date } => now + (date - (headers.Date ?? now)),
            _ => null,
        };
    }

    private CallGate Gate(SystemCatalog catalog, ConnectionScope scope)
    {
        var limit = int.TryParse(catalog.Setting(scope.Settings, ConcurrencySetting), CultureInfo.InvariantCulture, out var set) && set > 0 ? set : 1;
        var of = catalog.CountsByAccount && scope.Account is { } account ? $"{catalog.System} {account}" : $"{scope.Tenant}/{scope.Connection}";
        return _gates.GetOrAdd((of, limit), static key => new CallGate(key.Limit));
    }

    private CallPace? Pace(SystemCatalog catalog, ConnectionScope scope) =>
        catalog.Settings.ContainsKey(PaceSetting) && int.TryParse(catalog.Setting(scope.Settings, PaceSetting), CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? _paces.GetOrAdd((scope.Tenant, scope.Connection, limit), static key => new CallPace(key.Limit))
            : null;

    private double NextRandom()
    {
        lock (_random)
            return _random.NextDouble();
    }

    /// <summary>What is remembered between the attempts of one call.</summary>
    private sealed class CallState(VendorDialect dialect, ConnectionScope? scope, VendorCall call, Uri address, Action<VendorAnswer> read)
    {
        public VendorDialect Dialect { get; } = dialect;
        public ConnectionScope? Scope { get; } = scope;
        public VendorCall Call { get; } = call;
        public Uri Address { get; } = address;
        public Action<VendorAnswer> Read { get; } = read;

        public Credentials? Credentials { get; set; }
        public bool Renewed { get; set; }
        public bool MayBeApplied { get; set; }
        public int TimeOuts { get; set; }
        public int Repeats { get; set; }
        public TimeSpan Waited { get; set; }
        public TimeSpan Delay { get; set; }
    }
}
