using System.Runtime.CompilerServices;

namespace Azure.Data.Tables;

/// <summary>One page of a query: the pages follow each other by their continuation tokens.</summary>
internal delegate Task<Page<T>> FetchPage<T>(string? continuationToken, int? pageSize, CancellationToken cancellationToken)
    where T : notnull;

internal sealed class SyncPages<T>(Func<string?, int?, Page<T>> fetch, int? pageSize) : Pageable<T>
    where T : notnull
{
    public override IEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        do
        {
            var page = fetch(continuationToken, pageSizeHint ?? pageSize);
            yield return page;
            continuationToken = page.ContinuationToken;
        }
        while (continuationToken is not null);
    }
}

internal sealed class AsyncPages<T>(FetchPage<T> fetch, int? pageSize, CancellationToken queryCancellation) : AsyncPageable<T>
    where T : notnull
{
    public override IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
        FetchAll(continuationToken, pageSizeHint ?? pageSize, CancellationToken.None);

    private async IAsyncEnumerable<Page<T>> FetchAll(
        string? continuationToken,
        int? size,
        [EnumeratorCancellation] CancellationToken enumerationCancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(queryCancellation, enumerationCancellation);
        do
        {
            var page = await fetch(continuationToken, size, either.Token);
            yield return page;
            continuationToken = page.ContinuationToken;
        }
        while (continuationToken is not null);
    }
}

/// <summary>The answer to a question for an entity that is not there.</summary>
internal sealed class NoValueResponse<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException($"The entity does not exist (status {response.Status}).");

    public override Response GetRawResponse() => response;
}
