using System.Linq.Expressions;
using System.Reflection;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>
/// Writes a lambda over an entity as an OData filter. What does not depend on the entity is evaluated here; what the service
/// has no operator for is refused with <see cref="NotSupportedException"/>.
/// </summary>
internal sealed class ExpressionFilter
{
    private readonly StringBuilder _filter = new();
    private readonly ParameterExpression _entity;
    private readonly Func<string, string> _storedName;

    private ExpressionFilter(ParameterExpression entity, Func<string, string> storedName) => (_entity, _storedName) = (entity, storedName);

    /// <summary>Null when every entity satisfies the lambda.</summary>
    public static string? Create(LambdaExpression lambda) => Create(lambda, name => name);

    /// <summary>As above, where the service knows a property by another name.</summary>
    public static string? Create(LambdaExpression lambda, Func<string, string> storedName)
    {
        ArgumentNullException.ThrowIfNull(lambda);
        var writer = new ExpressionFilter(lambda.Parameters[0], storedName);
        writer.WriteCondition(lambda.Body);
        var filter = writer._filter.ToString();
        return filter == "true" ? null : filter;
    }

    private void WriteCondition(Expression expression)
    {
        expression = Unconverted(expression);
        switch (expression)
        {
            case var value when !DependsOnEntity(value):
                _filter.Append(Evaluate(value) is true ? "true" : "false");
                break;
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both:
                WriteOperands(both, "and");
                break;
            case BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either:
                WriteOperands(either, "or");
                break;
            case UnaryExpression { NodeType: ExpressionType.Not, Operand: var operand }:
                _filter.Append("not (");
                WriteCondition(operand);
                _filter.Append(')');
                break;
            case BinaryExpression comparison when Operator(comparison.NodeType) is { } sign:
                if (OrderedStrings(comparison) is { } strings)
                    WriteComparison(strings.Left, sign, strings.Right);
                else
                    WriteComparison(comparison.Left, sign, comparison.Right);
                break;
            case MethodCallExpression call when EqualOperands(call) is { } equal:
                WriteComparison(equal.Left, "eq", equal.Right);
                break;
            case var flag when flag.Type == typeof(bool) && PropertyName(flag) is { } name:
                _filter.Append(name).Append(" eq true");
                break;
            default:
                throw NotSupported(expression);
        }
    }

    private void WriteOperands(BinaryExpression operation, string sign)
    {
        WriteOperand(operation.Left);
        _filter.Append(' ').Append(sign).Append(' ');
        WriteOperand(operation.Right);
    }

    private void WriteOperand(Expression operand)
    {
        _filter.Append('(');
        WriteCondition(operand);
        _filter.Append(')');
    }

    private void WriteComparison(Expression left, string sign, Expression right)
    {
        WriteValue(left);
        _filter.Append(' ').Append(sign).Append(' ');
        WriteValue(right);
    }

    private void WriteValue(Expression expression)
    {
        var inner = Unconverted(expression);
        if (PropertyName(inner) is { } name)
        {
            // Stored by name, compared by the compiler as a number: no filter could be right.
            if ((Nullable.GetUnderlyingType(inner.Type) ?? inner.Type).IsEnum)
                throw new NotSupportedException($"'{name}' is stored as text; compare it in an interpolated filter.");
            _filter.Append(name);
        }
        else if (!DependsOnEntity(expression))
        {
            _filter.Append(Literal(Evaluate(expression)));
        }
        else
        {
            throw NotSupported(expression);
        }
    }

    private static string Literal(object? value)
    {
        var literal = ODataLiteral.Format(value);
        return value is double && literal.All(char.IsAsciiDigit) ? literal + ".0" : literal;
    }

    /// <summary>The stored name when the expression reads a property of the entity: e.Name, e.Age.Value, e["Name"], e.GetString("Name").</summary>
    private string? PropertyName(Expression expression) => expression switch
    {
        MemberExpression { Member.Name: "Value", Expression: { } nullable } when Nullable.GetUnderlyingType(nullable.Type) is not null =>
            PropertyName(Unconverted(nullable)),
        MemberExpression { Member: PropertyInfo property, Expression: { } owner } when Unconverted(owner) == _entity =>
            _storedName(EntityType.StoredName(property)),
        MethodCallExpression { Object: { } owner, Arguments: [var name] } call
            when Unconverted(owner) == _entity && name.Type == typeof(string) && ReadsByName(call.Method) => (string?)Evaluate(name),
        _ => null,
    };

    private static bool ReadsByName(MethodInfo method) =>
        method.Name == "get_Item" || (method.DeclaringType == typeof(TableEntity) && method.Name.StartsWith("Get", StringComparison.Ordinal));

    // string.Compare(a, b) > 0 and a.CompareTo(b) > 0 are how C# says that a string is greater.
    private (Expression Left, Expression Right)? OrderedStrings(BinaryExpression comparison)
    {
        if (DependsOnEntity(comparison.Right) || Evaluate(comparison.Right) is not 0)
            return null;

        return comparison.Left switch
        {
            MethodCallExpression { Method.Name: nameof(string.CompareTo), Object: { } left, Arguments: [var right] } => (left, right),
            MethodCallExpression { Method.Name: nameof(string.Compare), Object: null, Arguments: [var left, var right] } => (left, right),
            _ => null,
        };
    }

    private static (Expression Left, Expression Right)? EqualOperands(MethodCallExpression call) => call switch
    {
        { Method.Name: nameof(Equals), Object: { } left, Arguments: [var right] } => (left, right),
        { Method.Name: nameof(Equals), Object: null, Arguments: [var left, var right] } => (left, right),
        _ => null,
    };

    private static string? Operator(ExpressionType type) => type switch
    {
        ExpressionType.Equal => "eq",
        ExpressionType.NotEqual => "ne",
        ExpressionType.GreaterThan => "gt",
        ExpressionType.GreaterThanOrEqual => "ge",
        ExpressionType.LessThan => "lt",
        ExpressionType.LessThanOrEqual => "le",
        _ => null,
    };

    private static Expression Unconverted(Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked, Operand: var operand }
            ? Unconverted(operand)
            : expression;

    private bool DependsOnEntity(Expression expression)
    {
        var search = new ParameterSearch(_entity);
        search.Visit(expression);
        return search.Found;
    }

    private static object? Evaluate(Expression expression) =>
        Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)();

    private static NotSupportedException NotSupported(Expression expression) =>
        new($"The table service has no filter for '{expression}'.");

    private sealed class ParameterSearch(ParameterExpression parameter) : ExpressionVisitor
    {
        public bool Found { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            Found |= node == parameter;
            return node;
        }
    }
}
