using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Tests.Live;

public sealed class UnnamedPathTests
{
    private const string Hook = "the-random-id-of-a-hook";
    private const string Secret = "the-secret-in-the-query";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Path_OfAWebhook_IsInNoLineAndNoScopeHoweverMuchIsLogged(bool quiet)
    {
        using var log = new ScopedLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace).AddFilter<ScopedLog>("Microsoft.AspNetCore", LogLevel.Trace);
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        foreach (var rule in new ServiceCollection().AddHttpSide(AppSettings.Read(builder.Configuration)).Where(service => quiet && service.ServiceType == typeof(IPostConfigureOptions<LoggerFilterOptions>))) builder.Services.Add(rule);
        await using var app = builder.Build();
        app.MapPost("/api/webhooks/{system}/{hook}", (HttpContext context, ILogger<UnnamedPathTests> logger) =>
        {
            logger.LogInformation("Our own line");
            return context.Request.Query.ContainsKey("fail") ? throw new InvalidOperationException("Our own failure") : Results.Ok();
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        foreach (var path in new[] { Hook, $"{Hook}?recordId=1", $"{Hook}?webhookKey={Secret}", $"{Hook}?key={Secret}&fail=1", $"{Hook}/too/long" })
            using (await http.PostAsync($"/api/webhooks/connectwise/{path}", null, TestContext.Current.CancellationToken)) { }

        await app.StopAsync(TestContext.Current.CancellationToken);
        log.Text.ShouldContain("Our own line");
        log.Text.ShouldContain("Our own failure");
        foreach (var unnamed in new[] { Hook, Secret }) log.Text.Contains(unnamed, StringComparison.Ordinal).ShouldBe(!quiet, log.Text);
    }

    /// <summary>Lines with what is beside them.</summary>
    private sealed class ScopedLog : ILoggerProvider, ISupportExternalScope
    {
        private readonly LogSink _lines = new();
        private IExternalScopeProvider? _scopes;

        public string Text => _lines.Text;

        public ILogger CreateLogger(string categoryName) => new Line(_lines.CreateLogger(categoryName), this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Dispose() => _lines.Dispose();

        private sealed class Line(ILogger inner, ScopedLog log) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => log._scopes?.Push(state);

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
                log._scopes?.ForEachScope((scope, to) => to.Log(logLevel, eventId, scope, null, (beside, _) => $"beside: {beside}"), inner);
            }
        }
    }
}
