"""Numbers side by side in one register, for the innermost loops of kernels.

What LLVM makes of a plain loop depends on the processor and on its version: it may take voxels one
by one, or store them by an instruction that takes twenty times as long. `Lanes` say what is meant.
On a processor with narrower registers, several of them hold the lanes; the results are the same.

>>> @compiled
... def double(array):
...     for x in range(0, array.size, width(array)):
...         put(array, x, load(array, x) * array.dtype.type(2))
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

_BYTES = 64  # of the lanes of a number: a line of the cache
_SECOND_LEVEL = 2  # of the cache, as LLVM counts


class Lanes(types.Type):
    """As many numbers of one type as are side by side; truth values, where they are compared."""

    def __init__(self, dtype: types.Type, count: int) -> None:
        self.dtype, self.count = dtype, count
        super().__init__(f"Lanes({dtype}, {count})")

    def of(self, dtype: types.Type) -> Lanes:
        """Return as many lanes of another type."""
        return Lanes(dtype, self.count)


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, lanes):
        each = ir.IntType(1) if lanes.dtype is types.boolean else manager.lookup(lanes.dtype)
        each = each if isinstance(each, ir.Type) else each.get_value_type()
        super().__init__(manager, lanes, ir.VectorType(each, lanes.count))


def _width(array):
    return _BYTES * 8 // array.dtype.bitwidth


def _spread(builder, value, count):
    """Return a number in all lanes."""
    lanes = ir.Constant(ir.VectorType(value.type, count), ir.Undefined)
    first = builder.insert_element(lanes, value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
    return builder.shuffle_vector(first, lanes, zeros)


def _place(context, builder, array_type, array, index):
    """Return the pointer to where lanes begin in a flat array, by an index from its beginning."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index])


@intrinsic
def width(_typing, array):
    """Return how many lanes the numbers of an array have."""

    def emit(context, _builder, _signature, _arguments):
        return context.get_constant(types.intp, _width(array))

    return types.intp(array), emit


@intrinsic
def load(_typing, array, index):
    """Return lanes from an array, by the index in C order of the first; all must lie in it."""
    lanes = Lanes(array.dtype, _width(array))
    return lanes(array, index), _emit_load


@intrinsic
def load_like(_typing, array, index, like):
    """Return as many lanes as another has, from an array of another type."""
    return like.of(array.dtype)(array, index, like), _emit_load


def _emit_load(context, builder, signature, arguments):
    lanes, (kind, *_) = signature.return_type, signature.args
    place = _place(context, builder, kind, *arguments[:2])
    place = builder.bitcast(place, context.get_value_type(lanes).as_pointer())
    return builder.load(place, align=kind.dtype.bitwidth // 8)


@intrinsic
def put(_typing, array, index, lanes):
    """Write lanes to an array, by the index in C order of the first; all must lie in it."""

    def emit(context, builder, _signature, arguments):
        place = _place(context, builder, array, *arguments[:2])
        place = builder.bitcast(place, arguments[2].type.as_pointer())
        builder.store(arguments[2], place, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, index, lanes), emit


@intrinsic
def number(_typing, array, index):
    """Return a number of an array, by its index in C order, which is never negative."""

    def emit(context, builder, _signature, arguments):
        return builder.load(_place(context, builder, array, *arguments))

    return array.dtype(array, index), emit


@intrinsic
def each(_typing, number, like):
    """Return a number in as many lanes as another has; a real becomes one of its type."""
    dtype = like.dtype if isinstance(number, types.Float) else number

    def emit(context, builder, _signature, arguments):
        value = context.cast(builder, arguments[0], number, dtype)
        return _spread(builder, value, like.count)

    return like.of(dtype)(number, like), emit


@intrinsic
def choose(_typing, where, yes, no):
    """Return for each lane `yes` where that is true, else `no`."""

    def emit(_context, builder, _signature, arguments):
        return builder.select(*arguments)

    return yes(where, yes, no), emit


def _folded(builder, value, join):
    """Join the halves, their halves and so on, until one number is left."""
    half = value.type.count // 2
    while half:
        nothing = ir.Constant(value.type, ir.Undefined)
        parts = [range(half), range(half, 2 * half)]
        kind = ir.VectorType(ir.IntType(32), half)
        low, high = (
            builder.shuffle_vector(value, nothing, ir.Constant(kind, list(part))) for part in parts
        )
        value, half = join(builder, low, high), half // 2
    return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))


@intrinsic
def total_wide(_typing, lanes):
    """Return the sum of whole numbers, in 64 bits."""

    def emit(_context, builder, _signature, arguments):
        kind = ir.VectorType(ir.IntType(64), lanes.count)
        return _folded(builder, builder.sext(arguments[0], kind), ir.IRBuilder.add)

    return types.int64(lanes), emit


@intrinsic
def counted(_typing, like):
    """Return 0, 1, 2 … in as many lanes as another has, and of its type of whole numbers."""

    def emit(_context, _builder, _signature, arguments):
        return ir.Constant(arguments[0].type, list(range(like.count)))

    return like(like), emit


def _reduction(join):
    def reduction(_typing, lanes):
        def emit(_context, builder, _signature, arguments):
            return _folded(builder, arguments[0], join)

        return lanes.dtype(lanes), emit

    return reduction


def _smaller(builder, a, b):
    return builder.select(builder.fcmp_ordered("<", a, b), a, b)


def _larger(builder, a, b):
    return builder.select(builder.fcmp_ordered(">", a, b), a, b)


total = intrinsic(_reduction(ir.IRBuilder.add))
"""The sum of whole numbers."""

lowest = intrinsic(_reduction(_smaller))
"""The lowest of reals, none of them NaN."""

largest = intrinsic(_reduction(_larger))
"""The largest of reals, none of them NaN."""


@intrinsic
def larger(_typing, a, b):
    """Return for each lane the larger real; `b` where one is NaN."""

    def emit(_context, builder, _signature, arguments):
        return _larger(builder, *arguments)

    return a(a, b), emit


@intrinsic
def apart(_typing, a, b):
    """Return for each lane how far two reals are apart."""

    def emit(_context, builder, _signature, arguments):
        difference = builder.fsub(*arguments)
        kind = ir.FunctionType(difference.type, [difference.type])
        bits = a.dtype.bitwidth
        size = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fabs.v{a.count}f{bits}")
        return builder.call(size, [difference])

    return a(a, b), emit


@intrinsic
def whole(_typing, lanes):
    """Return reals as int32, cut off."""

    def emit(context, builder, signature, arguments):
        return builder.fptosi(arguments[0], context.get_value_type(signature.return_type))

    return lanes.of(types.int32)(lanes), emit


def _binary(function, of_reals, of_integers, gives=None):
    """Let an operator work on two lanes, or on lanes and a number of their type."""

    @type_callable(function)
    def type_it(_context):
        def typer(a, b):
            if isinstance(a, Lanes) and b in (a, a.dtype):
                return a.of(gives or a.dtype)
            return None

        return typer

    def lower_it(_context, builder, signature, arguments):
        lanes, (a, b) = signature.args[0], arguments
        b = b if signature.args[1] == lanes else _spread(builder, b, lanes.count)
        emit = of_reals if isinstance(lanes.dtype, types.Float) else of_integers
        return emit(builder, a, b)

    for other in (Lanes, types.Float, types.Integer):
        lower_builtin(function, Lanes, other)(lower_it)


def _compare(sign):
    def of_reals(builder, a, b):
        return builder.fcmp_ordered(sign, a, b)

    def of_integers(builder, a, b):
        return builder.icmp_signed(sign, a, b)

    return of_reals, of_integers, types.boolean


_binary(operator.add, ir.IRBuilder.fadd, ir.IRBuilder.add)
_binary(operator.sub, ir.IRBuilder.fsub, ir.IRBuilder.sub)
_binary(operator.mul, ir.IRBuilder.fmul, ir.IRBuilder.mul)
_binary(operator.lt, *_compare("<"))
_binary(operator.gt, *_compare(">"))
_binary(operator.le, *_compare("<="))
_binary(operator.ge, *_compare(">="))
_binary(operator.eq, *_compare("=="))
_binary(operator.and_, None, ir.IRBuilder.and_)
_binary(operator.or_, None, ir.IRBuilder.or_)


@intrinsic
def fetch(_typing, array, index):
    """Ask for a line of an array that will be needed soon; it need not lie in it."""

    def emit(context, builder, _signature, arguments):
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        place = builder.bitcast(_place(context, builder, array, *arguments), byte)
        builder.call(prefetch, [place, number(0), number(_SECOND_LEVEL), number(1)])
        return context.get_dummy_value()

    return types.void(array, index), emit
