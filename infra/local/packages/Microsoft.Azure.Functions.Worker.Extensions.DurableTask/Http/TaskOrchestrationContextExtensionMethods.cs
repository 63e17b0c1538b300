using System.Globalization;
using System.Net;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.Extensions.Primitives;

namespace Microsoft.DurableTask;

/// <summary>HTTP requests of orchestrators.</summary>
public static class TaskOrchestrationContextExtensionMethods
{
    /// <summary>The genuine engine's pause between two looks at a location, where the answer names none.</summary>
    private static readonly TimeSpan StandardPause = TimeSpan.FromSeconds(30);

    /// <summary>Sends a request, and follows its location where it is asked to.</summary>
    public static async Task<DurableHttpResponse> CallHttpAsync(this TaskOrchestrationContext context, DurableHttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var answer = await SendAsync(context, request);
        while (request.AsynchronousPatternEnabled && answer.StatusCode is HttpStatusCode.Accepted && HeaderOf(answer, "Location") is { } location)
        {
            var pause = int.TryParse(HeaderOf(answer, "Retry-After"), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : StandardPause;
            await context.CreateTimer(pause, CancellationToken.None);
            var look = new DurableHttpRequest(HttpMethod.Get, new Uri(request.Uri, location)) { Headers = request.Headers, Timeout = request.Timeout };
            answer = await SendAsync(context, look);
        }

        return answer;
    }

    /// <summary>Sends a request.</summary>
    public static Task<DurableHttpResponse> CallHttpAsync(
        this TaskOrchestrationContext context, HttpMethod method, Uri uri, string? content = null, HttpRetryOptions? retryOptions = null) =>
        context.CallHttpAsync(new DurableHttpRequest(method, uri) { Content = content, HttpRetryOptions = retryOptions });

    private static async Task<DurableHttpResponse> SendAsync(TaskOrchestrationContext context, DurableHttpRequest request)
    {
        var retry = request.HttpRetryOptions;
        var first = context.CurrentUtcDateTime;
        for (var attempts = 1; ; attempts++)
        {
            var isLast = retry is null || attempts >= retry.MaxNumberOfAttempts || context.CurrentUtcDateTime - first >= retry.RetryTimeout;
            try
            {
                var answer = await context.CallActivityAsync<DurableHttpResponse>(HttpActivity.Name, request);
                if (isLast || !IsWorthAnother(retry!, answer.StatusCode)) return answer;
            }
            catch (TaskFailedException) when (!isLast)
            {
                // No answer at all: tried again as well.
            }

            var pause = retry!.FirstRetryInterval * Math.Pow(retry.BackoffCoefficient, attempts - 1);
            await context.CreateTimer(pause < retry.MaxRetryInterval ? pause : retry.MaxRetryInterval, CancellationToken.None);
        }
    }

    private static bool IsWorthAnother(HttpRetryOptions retry, HttpStatusCode status) =>
        retry.StatusCodesToRetry.Count == 0 ? status >= HttpStatusCode.BadRequest : retry.StatusCodesToRetry.Contains(status);

    private static string? HeaderOf(DurableHttpResponse answer, string name) =>
        answer.Headers is { } headers && headers.TryGetValue(name, out StringValues values) ? values.ToString() : null;
}
