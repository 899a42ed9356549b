# add_room(NAME SOURCES file... USES room... PRIVATE library...)
#
# A room is one static library with an include folder of its own. USES names the rooms below it whose headers it may
# include; whatever is not named does not compile. PRIVATE names libraries that only the room's sources see.
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_include_directories(${name} PUBLIC include)
  target_link_libraries(${name} PUBLIC ${ROOM_USES} PRIVATE ${ROOM_PRIVATE})
endfunction()

# add_room_test(NAME SOURCES file... USES room... [PRIVATE_HEADERS_OF folder])
#
# One Catch2 program for each room; ctest lists every test case by its sentence.
function(add_room_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;USES;PRIVATE_HEADERS_OF" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_USES} catch_main)
  target_include_directories(${name} PRIVATE ${TEST_PRIVATE_HEADERS_OF})
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES TIMEOUT 120)
endfunction()
