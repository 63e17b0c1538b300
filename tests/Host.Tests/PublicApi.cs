using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace SyncFunctions.Host.Tests;

/// <summary>Lists the public types and members of an assembly, a line each, in the form of the files in <c>official-api</c>.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] Accessors = ["get_", "set_", "add_", "remove_"];

    public static IReadOnlySet<string> Of(Assembly assembly)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetExportedTypes()) lines.UnionWith(Lines(type));
        return lines;
    }

    private static IEnumerable<string> Lines(Type type)
    {
        var name = FullName(type);
        yield return $"{name} : {Declaration(type)}";
        if (typeof(Delegate).IsAssignableFrom(type)) yield break;
        foreach (var line in type.IsEnum ? EnumValues(type) : Members(type)) yield return $"{name}.{line}";
    }

    private static IEnumerable<string> EnumValues(Type type)
        => type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue())}");

    private static IEnumerable<string> Members(Type type)
        =>
        [
            .. type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic && IsVisible(constructor) && !(type.IsSealed && constructor.IsFamily))
                .Select(constructor => $".ctor({Parameters(constructor)}) [{Modifiers(constructor)}]{Obsolete(constructor)}"),
            .. type.GetMethods(Declared).Where(method => IsVisible(method) && !IsAccessor(method) && !method.Name.Contains('<')).Select(Method),
            .. type.GetProperties(Declared).Select(Property).OfType<string>(),
            .. type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(Field),
            .. type.GetEvents(Declared).Where(member => member.AddMethod is { } add && IsVisible(add))
                .Select(member => $"event {member.Name} : {Name(member.EventHandlerType!)}"),
        ];

    private static string Method(MethodInfo method)
    {
        Type[] generics = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        var arguments = generics.Length == 0 ? "" : $"<{string.Join(", ", generics.Select(argument => argument.Name))}>";
        return $"{method.Name}{arguments}({Parameters(method)}) -> {Annotated(method.ReturnParameter)}{Constraints(generics)} [{Modifiers(method)}]{Obsolete(method)}";
    }

    private static string? Property(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter && IsVisible(getter) ? getter : null;
        var set = property.SetMethod is { } setter && IsVisible(setter) ? setter : null;
        if (get is null && set is null) return null;
        var index = property.GetIndexParameters() is { Length: > 0 } parameters
            ? $"[{string.Join(", ", parameters.Select(parameter => $"{Annotated(parameter)} {parameter.Name}"))}]"
            : "";
        var isInit = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var access = (get is null ? "" : (get.IsPublic ? "" : "protected ") + "get; ")
            + (set is null ? "" : (set.IsPublic ? "" : "protected ") + (isInit ? "init; " : "set; "));
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var type = Annotated(property.PropertyType, NullableFlags(property.GetCustomAttributesData()), NullableContext((MemberInfo?)property.GetMethod ?? property.SetMethod));
        return $"{property.Name}{index} {{ {access}}} : {type} [{required}{Modifiers((get ?? set)!)}]{Obsolete(property)}";
    }

    private static string Field(FieldInfo field)
    {
        var type = Annotated(field.FieldType, NullableFlags(field.GetCustomAttributesData()), NullableContext(field));
        var modifiers = field.IsLiteral
            ? " const = " + Literal(field.GetRawConstantValue())
            : (field.IsStatic ? " static" : "") + (field.IsInitOnly ? " readonly" : "");
        return $"{field.Name} : {type} [{(field.IsPublic ? "public" : "protected")}{modifiers}]{Obsolete(field)}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && Accessors.Any(prefix => method.Name.StartsWith(prefix, StringComparison.Ordinal));

    private static string Modifiers(MethodBase method)
    {
        var words = new List<string> { method.IsPublic ? "public" : "protected" };
        if (method.IsStatic) words.Add("static");
        if (method.DeclaringType!.IsInterface)
        {
            if (method is { IsAbstract: false, IsStatic: false }) words.Add("default-impl");
        }
        else if (method is MethodInfo declared)
        {
            if (declared.IsAbstract) words.Add("abstract");
            else if (declared.IsVirtual && declared.GetBaseDefinition().DeclaringType != declared.DeclaringType) words.Add(declared.IsFinal ? "sealed override" : "override");
            else if (declared is { IsVirtual: true, IsFinal: false }) words.Add("virtual");
        }

        if (method.IsDefined(typeof(ExtensionAttribute), inherit: false)) words.Add("extension");
        return string.Join(' ', words);
    }

    private static string Obsolete(MemberInfo member) => member.GetCustomAttributesData().Any(data => data.AttributeType == typeof(ObsoleteAttribute)) ? " [Obsolete]" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var passing = parameter.IsOut ? "out " : !parameter.ParameterType.IsByRef ? "" : parameter.IsIn ? "in " : "ref ";
        return (parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) ? "params " : "") + passing
            + $"{Annotated(parameter)} {parameter.Name}" + (parameter.HasDefaultValue ? " = " + Literal(Default(parameter)) : "");
    }));

    private static object? Default(ParameterInfo parameter)
    {
        try
        {
            return parameter.RawDefaultValue;
        }
        catch (FormatException)
        {
            // Defaults of some struct types cannot be read back as values.
            return "default";
        }
    }

    private static string Literal(object? value) => value switch
    {
        null => "null/default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value)!,
    };

    private static string Annotated(ParameterInfo parameter)
        => Annotated(parameter.ParameterType, NullableFlags(parameter.GetCustomAttributesData()), NullableContext(parameter.Member));

    private static string Annotated(Type type, byte[]? flags, byte context)
    {
        var position = 0;
        return Walk(type);

        byte Next()
        {
            if (flags is null) return context;
            var flag = flags.Length == 1 ? flags[0] : position < flags.Length ? flags[position] : (byte)0;
            position++;
            return flag;
        }

        string Mark() => Next() == 2 ? "?" : "";

        string Walk(Type part)
        {
            if (part.IsByRef) part = part.GetElementType()!;
            if (Nullable.GetUnderlyingType(part) is { } underlying) return Walk(underlying) + "?";
            if (part.IsGenericParameter) return part.Name + Mark();
            if (part.IsArray)
            {
                var mark = Mark();
                return Walk(part.GetElementType()!) + "[]" + mark;
            }

            if (part.IsGenericType)
            {
                var mark = Next() == 2 && !part.IsValueType ? "?" : "";
                var arguments = string.Join(", ", part.GetGenericArguments().Select(Walk).ToList());
                return (part.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) ? $"({arguments})" : $"{BareName(part)}<{arguments}>") + mark;
            }

            return part.IsValueType ? Name(part) : Name(part) + Mark();
        }
    }

    private static byte[]? NullableFlags(IList<CustomAttributeData> attributes)
        => attributes.FirstOrDefault(data => data.AttributeType.FullName == "System.Runtime.CompilerServices.NullableAttribute")?.ConstructorArguments[0].Value switch
        {
            byte one => [one],
            IReadOnlyCollection<CustomAttributeTypedArgument> many => [.. many.Select(argument => (byte)argument.Value!)],
            _ => null,
        };

    private static byte NullableContext(MemberInfo? member)
    {
        for (; member is not null; member = member.DeclaringType)
        {
            var found = member.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType.FullName == "System.Runtime.CompilerServices.NullableContextAttribute");
            if (found is not null) return (byte)found.ConstructorArguments[0].Value!;
        }

        return 0;
    }

    private static string BareName(Type type)
    {
        var definition = type is { IsGenericType: true, IsGenericTypeDefinition: false } ? type.GetGenericTypeDefinition() : type;
        var own = definition.Name.Split('`')[0];
        return definition.IsNested ? $"{BareName(definition.DeclaringType!)}.{own}" : own;
    }

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying) + "?";
        if (type.IsGenericParameter) return type.Name;
        if (Keyword(type) is { } keyword) return keyword;
        if (type.IsGenericType) return $"{BareName(type)}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        return type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
    }

    private static string? Keyword(Type type) => type.FullName switch
    {
        "System.String" => "string",
        "System.Object" => "object",
        "System.Void" => "void",
        "System.Int32" => "int",
        "System.Int64" => "long",
        "System.Int16" => "short",
        "System.UInt32" => "uint",
        "System.UInt64" => "ulong",
        "System.Boolean" => "bool",
        "System.Double" => "double",
        "System.Single" => "float",
        "System.Decimal" => "decimal",
        "System.Byte" => "byte",
        "System.Char" => "char",
        _ => null,
    };

    private static string FullName(Type type)
    {
        var own = type.Name.Split('`')[0];
        var name = type.IsNested ? $"{FullName(type.DeclaringType!)}.{own}" : type.Namespace is { } space ? $"{space}.{own}" : own;
        var hasOwnArguments = type.IsGenericTypeDefinition
            && (!type.IsNested || type.GetGenericArguments().Length > type.DeclaringType!.GetGenericArguments().Length);
        return hasOwnArguments ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(argument => argument.Name))}>" : name;
    }

    private static string Constraints(Type[] generics)
    {
        var text = new StringBuilder();
        foreach (var generic in generics)
        {
            var words = new List<string>();
            var flags = generic.GenericParameterAttributes;
            var isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            if (isStruct) words.Add("struct");
            if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) words.Add("class");
            words.AddRange(generic.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(Name));
            if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct) words.Add("new()");
            if (words.Count > 0) text.Append($" where {generic.Name} : {string.Join(", ", words)}");
        }

        return text.ToString();
    }

    private static string Declaration(Type type)
    {
        if (type.IsEnum) return $"public enum : {Name(Enum.GetUnderlyingType(type))}{(type.IsDefined(typeof(FlagsAttribute), inherit: false) ? " [Flags]" : "")}{Obsolete(type)}";
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"public delegate {Annotated(invoke.ReturnParameter)} ({Parameters(invoke)})";
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        List<string> bases =
        [
            .. type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? (string[])[Name(parent)] : [],
            .. type.GetInterfaces().Except(inherited).Where(contract => contract.IsPublic || contract.IsNestedPublic).Select(Name).Order(),
        ];
        return $"public {Kind(type)}"
            + (bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}")
            + Constraints(type.IsGenericTypeDefinition ? type.GetGenericArguments() : [])
            + Usage(type) + Obsolete(type);
    }

    private static string Kind(Type type)
    {
        if (type.IsInterface) return "interface";
        var isRecord = type.GetMethod("<Clone>$") is not null
            || type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance, [typeof(StringBuilder)]) is not null;
        var record = isRecord ? "record " : "";
        if (type.IsValueType) return (type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false) ? "readonly " : "") + record + "struct";
        return type switch
        {
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsSealed: true } => "sealed ",
            _ => "",
        } + record + "class";
    }

    private static string Usage(Type type)
    {
        if (type.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType == typeof(AttributeUsageAttribute)) is not { } usage) return "";
        var named = usage.NamedArguments.Select(argument => $", {argument.MemberName}={argument.TypedValue.Value}");
        return $" [AttributeUsage({(AttributeTargets)(int)usage.ConstructorArguments[0].Value!}{string.Concat(named)})]";
    }
}
