using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using SyncFunctions.Local;

namespace SyncFunctions.Up;

/// <summary>
/// The running stack: Azurite, the simulated vendors, a mail catcher and the function app, each a process of its own. The app is started
/// again when it ends by itself or is killed; disposing stops all of them in the order in which they need each other.
/// </summary>
public sealed class Launcher : IAsyncDisposable
{
    public const string Synergy = "synergy";
    public const string TinyPlus = "tinyplus";
    public const string ConnectWise = "connectwise";
    public const string Moovila = "moovila";
    public const string RaisersEdge = "raisersedge";
    public const string Mailchimp = "mailchimp";
    public const string Salesforce = "salesforce";
    public const string IRaiser = "iraiser";

    // The one application that the simulated vendors know: not a secret.
    private const string ApplicationKey = "sync-functions";
    private const string ApplicationSecret = "sync-functions-secret";
    private const string SubscriptionKey = "raisersedge-subscription-key";

    private const int MostFailedStarts = 3;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(200);

    private readonly RunFolder _folder;
    private readonly Ports _ports;
    private readonly string _pollSchedule;
    private readonly Terminal _terminal;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly StreamWriter _azuriteLog;
    private ChildProcess? _vendors;
    private ChildProcess? _app;
    private MailCatcher? _mail;
    private Azurite? _azurite;
    private StateFile? _state;

    private Launcher(RunFolder folder, Ports ports, string pollSchedule, Terminal terminal)
    {
        (_folder, _ports, _pollSchedule, _terminal) = (folder, ports, pollSchedule, terminal);
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Log("azurite"))!);
        _azuriteLog = new StreamWriter(new FileStream(folder.Log("azurite"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }

    public Azurite Azurite => _azurite ?? throw new InvalidOperationException("Azurite has not been started.");

    /// <summary>Addresses, keys and process ids; what is set is also written to <c>state.json</c>.</summary>
    public StateFile State
    {
        get => _state ?? throw new InvalidOperationException("The stack has not been started.");
        set
        {
            _state = value;
            value.Write(_folder.StateFile);
        }
    }

    private Uri AppAddress => new($"http://localhost:{_ports.App}/");

    private Uri VendorsAddress => new($"http://localhost:{_ports.Vendors}/");

    /// <summary>Starts everything and returns when the app answers.</summary>
    /// <param name="folder">Where everything is stored.</param>
    /// <param name="ports">Free ports.</param>
    /// <param name="pollSchedule">How often the app looks for due flows.</param>
    /// <param name="samples">Whether vendors that hold nothing yet start with sample records.</param>
    /// <param name="terminal">Told what happens.</param>
    /// <param name="cancellation">Stops what has been started.</param>
    /// <exception cref="UpFailure">A part did not start; the sentence says why.</exception>
    public static async Task<Launcher> StartAsync(
        RunFolder folder, Ports ports, string pollSchedule, bool samples, Terminal terminal, CancellationToken cancellation)
    {
        var launcher = new Launcher(folder, ports, pollSchedule, terminal);
        try
        {
            await launcher.StartAllAsync(samples, cancellation);
            return launcher;
        }
        catch
        {
            await launcher.DisposeAsync();
            throw;
        }
    }

    /// <summary>Watches the processes until <paramref name="cancellation"/>.</summary>
    /// <exception cref="UpFailure">Azurite, the vendors or the mail catcher ended, or the app does not stay up.</exception>
    public async Task SuperviseAsync(CancellationToken cancellation)
    {
        var failedStarts = 0;
        var stopped = Task.Delay(Timeout.Infinite, cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            await Task.WhenAny(Azurite.Exited, _vendors!.Exited, _app!.Exited, _mail?.Exited ?? stopped, stopped);
            if (cancellation.IsCancellationRequested)
                return;
            if (Azurite.Exited.IsCompleted)
                throw new UpFailure($"Azurite ended unexpectedly; its log is {_folder.Log("azurite")}.");
            if (_vendors.Exited.IsCompleted)
                throw Ended(_vendors, "vendors");
            if (_mail?.Exited.IsCompleted == true)
                throw new UpFailure("The mail catcher ended unexpectedly.");

            ShowEnd(_app);
            await _app.DisposeAsync();
            try
            {
                _app = StartApp();
                await UntilAnswersAsync(_app, "app", new Uri(AppAddress, "api/health/ready"), cancellation);
                failedStarts = 0;
                State = State with { Processes = State.Processes with { App = _app.Id } };
                _terminal.MarkedUp($"[green]The function app runs again[/] as process {_app.Id}.");
            }
            catch (UpFailure) when (++failedStarts < MostFailedStarts)
            {
                // The next turn of the loop shows its last words and tries again.
                await Task.Delay(RestartPause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_folder.StateFile);
        if (_app is not null)
            await _app.DisposeAsync();
        if (_vendors is not null)
            await _vendors.DisposeAsync();
        if (_mail is not null)
            await _mail.DisposeAsync();
        if (_azurite is not null)
            await _azurite.DisposeAsync();
        _http.Dispose();
        await _azuriteLog.DisposeAsync();
    }

    private async Task StartAllAsync(bool samples, CancellationToken cancellation)
    {
        _azurite = await StartAzuriteAsync(cancellation);
        if (_ports.Mail is var (smtp, page))
            _mail = await MailCatcher.StartAsync(smtp, page, cancellation);
        _vendors = ChildProcess.Start(
            "The simulated vendors",
            BuiltAssembly("infra/local/vendors", "SyncFunctions.Vendors"),
            ["--urls", VendorsAddress.AbsoluteUri.TrimEnd('/'), "--data", _folder.VendorsData, "--seed", samples ? "on" : "off"],
            [],
            _folder.Log("vendors"));
        _app = StartApp();
        await UntilAnswersAsync(_vendors, "vendors", VendorsAddress, cancellation);
        await UntilAnswersAsync(_app, "app", new Uri(AppAddress, "api/health/ready"), cancellation);
        var keys = await ReadKeysAsync(cancellation);
        await RequireOwnAppAsync(keys, cancellation);

        State = new StateFile
        {
            StartedAt = DateTimeOffset.UtcNow,
            App = AppAddress,
            Manage = new Uri(AppAddress, "api/manage/v1/"),
            Vendors = new[] { Synergy, TinyPlus, ConnectWise, Moovila, RaisersEdge, Mailchimp, Salesforce, IRaiser }.ToImmutableSortedDictionary(system => system, system => new Uri(VendorsAddress, $"{system}/")),
            Azurite = new AzuriteState(StorageAddress(_azurite.BlobPort), StorageAddress(_azurite.QueuePort), StorageAddress(_azurite.TablePort), _azurite.ConnectionString),
            Mail = _ports.Mail is var (smtpPort, pagePort) ? new MailState(smtpPort, new Uri($"http://localhost:{pagePort}/")) : null,
            Keys = keys,
            Administrator = File.Exists(_folder.PasswordFile) ? new AdministratorState("admin@localhost", (await File.ReadAllTextAsync(_folder.PasswordFile, cancellation)).Trim()) : null,
            Processes = new ProcessesState(Environment.ProcessId, _app.Id, _vendors.Id, _azurite.ProcessId),
            Folder = _folder.Path,
            Logs = Path.GetDirectoryName(_folder.Log("app"))!,
        };

        static Uri StorageAddress(int port) => new($"http://127.0.0.1:{port}/devstoreaccount1");
    }

    private async Task<Azurite> StartAzuriteAsync(CancellationToken cancellation)
    {
        try
        {
            return await Azurite.StartAsync(
                new AzuriteOptions
                {
                    Location = _folder.AzuriteData,
                    BlobPort = _ports.Blob,
                    QueuePort = _ports.Queue,
                    TablePort = _ports.Table,
                    Output = _azuriteLog.WriteLine,
                },
                cancellation);
        }
        catch (InvalidOperationException problem)
        {
            throw new UpFailure(problem.Message, problem);
        }
    }

    private ChildProcess StartApp() =>
        ChildProcess.Start("The function app", BuiltAssembly("functions/App", "SyncFunctions.App"), [], AppSettings(), _folder.Log("app"));

    private Dictionary<string, string> AppSettings() => new(MailSettings())
    {
        ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
        ["AzureWebJobsStorage"] = Azurite.ConnectionString,
        ["StateStorage"] = Azurite.ConnectionStringOf(Azurite.StateAccount),
        ["DurableStorage"] = Azurite.ConnectionStringOf(Azurite.DurableAccount),
        ["TaskHubName"] = "SyncFunctionsLocal",
        ["PollSchedule"] = _pollSchedule,
        // The emulator does one thing at a time: whoever waits for an answer waits behind all that is asked of it at once.
        ["AzureFunctionsJobHost__extensions__queues__batchSize"] = "2",
        ["AzureFunctionsJobHost__extensions__queues__newBatchThreshold"] = "1",
        ["Urls"] = AppAddress.AbsoluteUri.TrimEnd('/'),
        ["EmbeddedHost__KeyFile"] = _folder.HostKeyFile,
        ["SecretKeyFile"] = _folder.SecretKeyFile,
        ["SignIn__PasswordFile"] = _folder.PasswordFile,
        ["SignIn__Issuer"] = new Uri(VendorsAddress, "idp").AbsoluteUri,
        ["SignIn__Name"] = "Demo sign-in",
        ["SignIn__ClientId"] = ApplicationKey,
        ["SignIn__ClientSecret"] = ApplicationSecret,
        ["SignIn__OperatorClaim"] = "roles",
        ["SignIn__OperatorValue"] = "SyncFunctions.Operator",
        ["Systems__synergy__authorizeUrl"] = new Uri(VendorsAddress, "synergy/OAuth2/Authorize").AbsoluteUri,
        ["Systems__synergy__apiBase"] = new Uri(VendorsAddress, "synergy/api/v2/").AbsoluteUri,
        ["Systems__synergy__applicationKey"] = ApplicationKey,
        ["Systems__synergy__applicationSecret"] = ApplicationSecret,
        ["Systems__tinyplus__authorizeUrl"] = new Uri(VendorsAddress, "tinyplus/oauth/authorize").AbsoluteUri,
        ["Systems__tinyplus__apiBase"] = new Uri(VendorsAddress, "tinyplus/v2/").AbsoluteUri,
        ["Systems__tinyplus__clientId"] = ApplicationKey,
        ["Systems__connectwise__clientId"] = ApplicationKey,
        ["Systems__connectwise__site"] = new Uri(VendorsAddress, "connectwise/").AbsoluteUri,
        ["Systems__mailchimp__loginBase"] = new Uri(VendorsAddress, "mailchimp/oauth2/").AbsoluteUri,
        ["Systems__mailchimp__apiBase"] = new Uri(VendorsAddress, "mailchimp/3.0/").AbsoluteUri,
        ["Systems__mailchimp__clientId"] = ApplicationKey,
        ["Systems__mailchimp__clientSecret"] = ApplicationSecret,
        ["Systems__raisersedge__authorizeUrl"] = new Uri(VendorsAddress, "raisersedge/oauth/authorize").AbsoluteUri,
        ["Systems__raisersedge__tokenUrl"] = new Uri(VendorsAddress, "raisersedge/token").AbsoluteUri,
        ["Systems__raisersedge__apiBase"] = new Uri(VendorsAddress, "raisersedge/").AbsoluteUri,
        ["Systems__raisersedge__clientId"] = ApplicationKey,
        ["Systems__raisersedge__clientSecret"] = ApplicationSecret,
        ["Systems__raisersedge__subscriptionKey"] = SubscriptionKey,
        ["Systems__salesforce__authHost"] = new Uri(VendorsAddress, "salesforce/").AbsoluteUri,
        ["Systems__salesforce__clientId"] = ApplicationKey,
        ["Systems__salesforce__clientSecret"] = ApplicationSecret,
        ["Systems__iraiser__apiBase"] = new Uri(VendorsAddress, "iraiser/v1/").AbsoluteUri,
        ["Systems__moovila__apiBase"] = new Uri(VendorsAddress, "moovila/").AbsoluteUri,
        ["Systems__moovila__clientId"] = ApplicationKey,
        ["Systems__moovila__clientSecret"] = ApplicationSecret,
        // Whoever tries webhooks here has their receiver on this machine.
        ["Webhooks__AllowPrivateHosts"] = "true",
        ["PublicBaseUrl"] = AppAddress.AbsoluteUri.TrimEnd('/'),
    };

    private Dictionary<string, string> MailSettings() => _ports.Mail is not var (smtp, _) ? [] : new()
    {
        ["Smtp__Host"] = "127.0.0.1",
        ["Smtp__Port"] = smtp.ToString(CultureInfo.InvariantCulture),
        ["Smtp__From"] = "sync@localhost",
        ["Smtp__EnableSsl"] = "false",
    };

    // Beside this program's own output: the same configuration and framework.
    private static string BuiltAssembly(string project, string assembly)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(RepositoryRoot.Find(), project, "bin", output.Parent!.Name, output.Name, $"{assembly}.dll");
    }

    private async Task UntilAnswersAsync(ChildProcess process, string log, Uri address, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (process.Exited.IsCompleted)
                throw Ended(process, log);
            try
            {
                using var answer = await _http.GetAsync(address, cancellation);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception problem) when (problem is HttpRequestException || (problem is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                // Not listening yet.
            }

            if (clock.Elapsed > StartTimeout)
                throw new UpFailure($"{process.Name} did not answer at {address} within {StartTimeout.TotalSeconds:0} seconds; its log is {_folder.Log(log)}.");
            await Task.WhenAny(process.Exited, Task.Delay(StartPoll, cancellation));
        }
    }

    private async Task<KeysState> ReadKeysAsync(CancellationToken cancellation)
    {
        // The host makes the file when a key is asked for the first time.
        if (!File.Exists(_folder.HostKeyFile))
            (await _http.GetAsync(new Uri(AppAddress, "admin/host/status"), cancellation)).Dispose();
        if (!File.Exists(_folder.HostKeyFile))
            throw AppPortInUse();
        using var keys = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.HostKeyFile, cancellation));
        return new KeysState(
            keys.RootElement.GetProperty("functionKeys").GetProperty("default").GetString()!,
            keys.RootElement.GetProperty("masterKey").GetString()!);
    }

    // Ports are looked at before the start; another program may have been faster since, and it may even answer.
    private async Task RequireOwnAppAsync(KeysState keys, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(AppAddress, "admin/host/status")) { Headers = { { "x-functions-key", keys.Master } } };
        using var answer = await _http.SendAsync(request, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw AppPortInUse();
    }

    private UpFailure AppPortInUse() => Ports.InUse(_ports.App, "the function app", "--app-port");

    private UpFailure Ended(ChildProcess process, string log)
    {
        if (File.ReadAllText(_folder.Log(log)).Contains("address already in use", StringComparison.OrdinalIgnoreCase))
            return process == _app ? AppPortInUse() : Ports.InUse(_ports.Vendors, "the simulated vendors", "--vendors-port");
        ShowLastLines(process);
        return new UpFailure($"{process.Name} ended unexpectedly with code {process.Exited.Result}; its log is {_folder.Log(log)}.");
    }

    private void ShowEnd(ChildProcess process)
    {
        ShowLastLines(process);
        _terminal.MarkedUp($"[yellow]{Markup.Escape(process.Name)} ended unexpectedly with code {process.Exited.Result}[/]; starting it again.");
    }

    private void ShowLastLines(ChildProcess process)
    {
        foreach (var line in process.LastLines)
            _terminal.Line($"  | {line}");
    }
}
